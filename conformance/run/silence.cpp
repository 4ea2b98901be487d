#include "conformance/run/silence.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

#include "protocol/crc16.h"
#include "protocol/crc_algorithms.h"

namespace p1rig {
namespace {

using std::chrono::milliseconds;

/// For a report of what was sent last, and for opening the line.
constexpr milliseconds kPatience{300}, kOpening{5000};
constexpr std::string_view kCrLf = "\r\n";

/// The bytes that a CRC covers, in a plain telegram.
std::string_view covered(std::string_view text) { return text.substr(0, text.rfind('!') + 1); }

std::string with_crc(std::string_view text, std::uint16_t crc) {
  return std::string(covered(text)) + to_hex(crc) + std::string(kCrLf);
}

/// Another idea of the CRC, and what a reader with it does.
struct CrcProbe {
  std::string_view does;
  std::string (*change)(std::string_view text);
};

constexpr auto kCrcProbes = std::to_array<CrcProbe>({
    {"reports telegrams without a CRC",
     [](std::string_view text) { return std::string(covered(text)) + std::string(kCrLf); }},
    {"reports telegrams with a CRC",
     [](std::string_view text) { return with_crc(text, crc16(covered(text))); }},
    {"reports telegrams whose CRC leaves out the '!'",
     [](std::string_view text) {
       return with_crc(text, crc16(covered(text).substr(0, covered(text).size() - 1)));
     }},
    {"reports telegrams whose CRC leaves out the '/'",
     [](std::string_view text) { return with_crc(text, crc16(covered(text).substr(1))); }},
    {"reports telegrams whose CRC leaves out CR and LF",
     [](std::string_view text) {
       std::string without(covered(text));
       std::erase_if(without, [](char c) { return c == '\r' || c == '\n'; });
       return with_crc(text, crc16(without));
     }},
    {"reports telegrams whose CRC is CRC-16/MODBUS",
     [](std::string_view text) {
       return with_crc(text, crc_of(*find_crc_algorithm("modbus"), covered(text)));
     }},
    {"reports telegrams whose CRC is CRC-16/X-25",
     [](std::string_view text) {
       return with_crc(text, crc_of(*find_crc_algorithm("x-25"), covered(text)));
     }},
    {"reports telegrams whose CRC has its bytes swapped",
     [](std::string_view text) {
       const unsigned crc = crc16(covered(text));
       return with_crc(text, static_cast<std::uint16_t>(crc << 8U | crc >> 8U));
     }},
});

class Silence {
 public:
  Silence(Subject& subject, StimulusMaker maker, const ReaderTraits& traits)
      : subject_(subject), maker_(std::move(maker)), judge_(traits) {}

  std::vector<std::string> probe() {
    if (!open()) return {};
    const bool is_late = reports_late();
    if (is_late) does_.emplace_back("reports a telegram only when the next one has come");
    if (ended_) does_.emplace_back("ends at an ordinary telegram");
    if (!is_late && !is_sealed(maker_.profile())) {
      if (!ended_) try_crcs();
      find_object();
    }
    subject_.stop();
    return std::move(does_);
  }

 private:
  bool open() {
    ended_ = false;
    return subject_.start() && subject_.wait_until_open(kOpening);
  }

  /// The last telegram that it reports until it rests; empty if it reports none.
  std::string listen() {
    std::string told;
    const auto end = subject_.now() + kPatience;
    while (subject_.now() < end) {
      const auto event = subject_.next(end - subject_.now());
      if (!event) break;
      if (std::get_if<ReaderExited>(&*event) != nullptr) {
        ended_ = true;
        break;
      }
      const auto* const telegram =
          std::get_if<ContractTelegram>(&std::get<ReaderSaid>(*event).what);
      if (telegram == nullptr) continue;
      told = judge_.take(*telegram).value_or("?");
    }
    return told;
  }

  std::string send(Stimulus stimulus) {
    judge_.expect(std::move(*stimulus.telegram));
    static_cast<void>(subject_.send(stimulus.emission, false));
    return listen();
  }

  bool reports_late() {
    static_cast<void>(send(maker_.clean("first")));
    return !ended_ && !send(maker_.clean("second")).empty();
  }

  void try_crcs() {
    const bool has_crc = !crc_text(maker_.clean("").emission.bytes).empty();
    for (const CrcProbe& probe : kCrcProbes) {
      // What is as an ordinary telegram was not reported.
      if (!has_crc && !probe.does.ends_with("with a CRC")) continue;
      if (has_crc && probe.does.ends_with("with a CRC")) continue;
      Stimulus stimulus = maker_.clean("probe");
      stimulus.emission.bytes = probe.change(stimulus.emission.bytes);
      if (!send(std::move(stimulus)).empty()) does_.emplace_back(probe.does);
      if (ended_ && !open()) return;
    }
  }

  static std::string_view crc_text(std::string_view bytes) {
    const std::string_view behind = bytes.substr(bytes.rfind('!') + 1);
    return behind.substr(0, behind.find(kCrLf));
  }

  /// Where each data line begins, with the lines that continue it, and where the last one ends.
  static std::vector<std::size_t> objects_of(std::string_view text) {
    std::vector<std::size_t> places;
    for (std::size_t at = text.find("\r\n\r\n"); at != text.npos; at = text.find(kCrLf, at)) {
      at += kCrLf.size();
      if (text.substr(at).starts_with("!")) {
        places.push_back(at);
        break;
      }
      if (!text.substr(at).starts_with("(") && !text.substr(at).starts_with(kCrLf)) {
        places.push_back(at);
      }
    }
    return places;
  }

  /// A telegram with the first `count` of its objects.
  std::optional<Stimulus> beginning(std::size_t count) {
    Stimulus stimulus = maker_.clean("beginning");
    std::string& text = stimulus.emission.bytes;
    const bool has_crc = !crc_text(text).empty();
    const std::vector<std::size_t> places = objects_of(text);
    const CrcAlgorithm& algorithm = *stimulus.emission.crc_algorithm;
    if (count + 1 >= places.size()) return std::nullopt;
    text.erase(places[count], places.back() - places[count]);
    if (has_crc) text = with_crc(text, crc_of(algorithm, covered(text)));
    return stimulus;
  }

  /// True if it reports a telegram with so many objects.
  bool reports_beginning(std::size_t count) {
    if (ended_ && !open()) return false;
    auto stimulus = beginning(count);
    return stimulus && !send(std::move(*stimulus)).empty();
  }

  /// The object from which on it reports nothing any more.
  void find_object() {
    const std::string text = maker_.clean("").emission.bytes;
    const std::vector<std::size_t> places = objects_of(text);
    // It needs some to be recognised, or for itself: of the halves that end early, the first that it reports.
    std::size_t good = 0, bad = places.empty() ? 0 : places.size() - 1;
    for (std::size_t part = 8; part >= 2 && good == 0; part /= 2) {
      const std::size_t count = bad / part;
      if (count > 0 && reports_beginning(count)) good = count;
    }
    if (good == 0) return;
    while (bad - good > 1) {
      const std::size_t middle = good + (bad - good) / 2;
      (reports_beginning(middle) ? good : bad) = middle;
    }
    const std::string_view line = std::string_view(text).substr(places[bad - 1]);
    does_.push_back(
        fmt::format("reports the telegram if it ends before {}", line.substr(0, line.find('('))));
  }

  Subject& subject_;
  StimulusMaker maker_;
  TelegramJudge judge_;
  bool ended_ = false;
  std::vector<std::string> does_;
};

}  // namespace

std::vector<std::string> probe_silence(Subject& subject, StimulusMaker maker,
                                       const ReaderTraits& traits) {
  return Silence(subject, std::move(maker), traits).probe();
}

std::string explain_silence(const std::string& dialect, const std::vector<std::string>& does,
                            const KnownDefects& defects) {
  constexpr std::size_t kMostNames = 4;
  std::string text = does.empty() ? "" : fmt::format("; the reader {}", fmt::join(does, " and "));
  const std::vector<std::string> names = defects.as_silent(dialect, does);
  for (std::size_t i = 0; i < std::min(names.size(), kMostNames); ++i) {
    const bool is_last = i + 1 == names.size();
    text += (i == 0 ? "; so would `" : is_last ? " or `" : ", `") + names[i] + "`";
  }
  if (names.size() > kMostNames) text += fmt::format(" or {} more", names.size() - kMostNames);
  if (names.size() == 1) {
    text += ": " + std::ranges::find(defects.all, names.front(), &KnownDefect::name)->does;
  }
  return text;
}

}  // namespace p1rig
