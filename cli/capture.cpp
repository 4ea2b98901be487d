#include "cli/capture.h"

#include <fmt/core.h>

#include <deque>
#include <utility>

#include "cli/command.h"
#include "cli/input.h"
#include "cli/key_options.h"
#include "conformance/judge/line_mistakes.h"
#include "conformance/learn/whole_telegram.h"
#include "protocol/dlms_frame.h"
#include "protocol/framer.h"
#include "protocol/wording.h"
#include "simulator/files/document.h"
#include "simulator/line/reader_end.h"

namespace p1rig {
namespace {

constexpr std::size_t kHead = 256 * 1024;  ///< of what is no telegram, to be diagnosed
constexpr std::chrono::seconds kUsualListening{60};

class CaptureReader {
 public:
  CaptureReader(const std::string& name, const CaptureChoice& choice, const TakeTelegram& take,
                CaptureCounts& counts)
      : name_(name),
        shown_(name == "-" ? "stdin" : name),
        choice_(choice),
        take_(take),
        counts_(counts) {
    if (choice.keys) cipher_.emplace(*choice.keys);
  }

  int run() {
    ReadPlan plan{.unwrap = choice_.unwrap};
    live_ = name_ != "-" && ReaderEnd::is_live(name_);
    began_ = said_ = RealClock().now();
    listen_ = choice_.listen.value_or(kUsualListening);
    if (live_) plan.until = began_ + listen_;
    const int code = read_portions(
        name_, LineSettings{},
        [this](const InputPortion& portion) {
          see(portion);
          return trouble_.empty();
        },
        plan);
    if (trouble_.empty() && code != kInterrupted) framer_.finish();
    if (!trouble_.empty()) return complain(kUsage, shown_ + ": " + trouble_);
    if (code != kAsExpected) return code;
    if (found_ == 0 && !edited_.empty()) return take_edited(code);
    return found_ > 0 ? kAsExpected : explain();
  }

 private:
  void see(const InputPortion& portion) {
    if (head_.size() < kHead) head_ += portion.bytes.substr(0, kHead - head_.size());
    if (portion.time) arrivals_.emplace_back(taken_, portion.time->time_since_epoch());
    taken_ += portion.bytes.size();
    framer_.feed(portion.bytes);
    if (live_) tell_progress();
  }

  void tell_progress() {
    constexpr std::chrono::seconds kEach{10};
    const auto now = RealClock().now();
    if (now - said_ < kEach) return;
    said_ = now;
    const auto seconds = [](auto time) {
      return std::chrono::duration_cast<std::chrono::seconds>(time).count();
    };
    say(fmt::format("p1rig: {}: {} of {} s, {}", shown_, seconds(now - began_), seconds(listen_),
                    counted(found_, "telegram")));
  }

  /// When the byte at this offset came; what came before it is forgotten.
  std::optional<std::chrono::nanoseconds> arrival_of(std::uint64_t offset) {
    while (arrivals_.size() > 1 && arrivals_[1].first <= offset) arrivals_.pop_front();
    if (arrivals_.empty()) return std::nullopt;
    return arrivals_.front().second;
  }

  void take(const Stretch& stretch) {
    if (!trouble_.empty()) return;
    const auto received = arrival_of(stretch.offset);
    if (stretch.kind == Stretch::Kind::kFrame) return take_frame(stretch, received);
    if (stretch.kind == Stretch::Kind::kTelegram) take_telegram(stretch.bytes, received);
  }

  void take_frame(const Stretch& stretch, std::optional<std::chrono::nanoseconds> received) {
    counts_.sealed = true;
    const auto frame = parse_frame(stretch.bytes);
    std::string telegram;
    if (!cipher_ || !frame || !cipher_->open(*frame, telegram)) {
      trouble_ = cipher_ ? "the key does not decrypt this frame: wrong key, or changed bytes"
                         : "contains sealed telegrams: --key-file decrypts them";
      return;
    }
    take_telegram(telegram, received);
  }

  void take_telegram(std::string_view bytes, std::optional<std::chrono::nanoseconds> received) {
    const auto whole = whole_telegram(bytes);
    if (!whole) {
      ++counts_.wrong;
      if (edited_.empty()) edited_ = edited_telegram(bytes).value_or("");
      return;
    }
    if (!whole->restored.empty() && !counts_.other_line_ends) {
      say(fmt::format("p1rig: {}: {}: the line ends were restored", shown_, whole->restored));
    }
    counts_.other_line_ends = counts_.other_line_ends || whole->other_line_ends;
    ++counts_.telegrams;
    ++found_;
    if (const auto taken = take_(decode_telegram(whole->bytes), received); !taken) {
      trouble_ = taken.error().message;
    }
  }

  /// Published telegrams seldom have their CRC: somebody replaced the identifiers.
  int take_edited(int code) {
    counts_.edited = true;
    counts_.wrong = 0;
    take_telegram(edited_, std::nullopt);
    say(fmt::format(
        "p1rig: {}: the CRC belongs to another text, though every line is well-formed: the "
        "text was edited. The CRC was computed again",
        shown_));
    return trouble_.empty() ? code : complain(kUsage, shown_ + ": " + trouble_);
  }

  /// There is no telegram: what is there instead?
  int explain() {
    if (!live_ && head_.empty()) return complain(kUsage, shown_ + ": is empty");
    if (live_ && head_.empty()) {
      return complain(kNotAsExpected, shown_ + ": nothing came: is Data Request active?");
    }
    const LineDiagnosis diagnosis = diagnose_bytes(head_);
    std::string text = shown_ + ": there is no complete, correct telegram";
    if (!diagnosis.mistakes.empty()) {
      const LineMistake& mistake = diagnosis.mistakes.front();
      text += fmt::format(": {} ({}, {}): {}\ndo: {}", mistake.what, mistake.id,
                          to_string(mistake.likelihood), mistake.why, mistake.fix);
    }
    return complain(kNotAsExpected, text);
  }

  const std::string name_, shown_;
  const CaptureChoice& choice_;
  const TakeTelegram& take_;
  CaptureCounts& counts_;
  std::optional<FrameCipher> cipher_;
  Framer framer_{[this](const Stretch& stretch) { take(stretch); }};
  std::deque<std::pair<std::uint64_t, std::chrono::nanoseconds>> arrivals_;
  std::uint64_t taken_ = 0, found_ = 0;
  std::string head_, trouble_, edited_;
  bool live_ = false;
  SteadyTime began_, said_;
  std::chrono::milliseconds listen_{0};
};

}  // namespace

void add_capture_options(Options& options) {
  options.value("for", "TIME", "how long to listen to a live line, such as 15min; default: 60s");
  add_key_option(options);
  add_raw_option(options);
}

int choose_capture(const Options& options, CaptureChoice& choice) {
  choice.unwrap = !options.has("raw");
  if (auto text = options.get("for")) {
    // As people write minutes.
    if (text->ends_with('m')) *text += "in";
    choice.listen = parse_duration(*text);
    if (!choice.listen || choice.listen->count() <= 0) {
      return options.misuse("--for: expected a duration such as 90s or 15min");
    }
  }
  return choose_keys(options, choice.keys);
}

int read_captures(const std::vector<std::string>& names, const CaptureChoice& choice,
                  const TakeTelegram& take, CaptureCounts& counts) {
  for (const std::string& name : names) {
    const int code = CaptureReader(name, choice, take, counts).run();
    if (code != kAsExpected) return code;
  }
  if (counts.wrong > 0) {
    say(fmt::format("p1rig: {} with a wrong CRC left out (`p1rig diagnose` says why)",
                    counted(counts.wrong, "telegram")));
  }
  return kAsExpected;
}

}  // namespace p1rig
