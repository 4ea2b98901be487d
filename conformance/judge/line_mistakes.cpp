#include "conformance/judge/line_mistakes.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "conformance/judge/device_notes.h"
#include "conformance/judge/line_contents.h"
#include "conformance/judge/line_repairs.h"
#include "conformance/judge/mistake_texts.h"
#include "conformance/judge/one_meter.h"
#include "conformance/judge/other_protocols.h"
#include "conformance/judge/telegram_mistakes.h"
#include "conformance/judge/turn_signal.h"
#include "protocol/ascii.h"
#include "protocol/wording.h"

namespace p1rig {
namespace {

constexpr std::size_t kTurnAt = 4096;   ///< the search for an inversion is not cheap
constexpr std::size_t kTooFew = 16;     ///< bytes, too few to decide anything
constexpr std::size_t kForParity = 32;  ///< bytes: all even by chance once in 2^32 times

/// How often an OBIS code begins: "0-0:".
std::size_t count_code_begins(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i + 3 < text.size(); ++i) {
    if (is_digit(text[i]) && text[i + 1] == '-' && is_digit(text[i + 2]) && text[i + 3] == ':')
      ++count;
  }
  return count;
}

/// How often one ends, and a value begins: "1.8.1(".
std::size_t count_code_ends(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i + 5 < text.size(); ++i) {
    std::size_t at = i;
    const auto number_then = [&](char c) {
      const std::size_t begin = at;
      while (at < text.size() && is_digit(text[at])) ++at;
      return at > begin && at < text.size() && text[at++] == c;
    };
    if (number_then('.') && number_then('.') && number_then('(')) {
      ++count;
      i = at;
    }
  }
  return count;
}

/// The codes in a signal that was turned round, in which some bits have two readings.
std::size_t count_codes(std::string_view turned) {
  return std::max(count_code_begins(turned), count_code_ends(turned));
}

class Examination {
 public:
  Examination(std::string_view bytes, const std::vector<std::uint64_t>& releases)
      : bytes_(bytes), facts_(bytes), contents_(bytes, releases) {}

  LineDiagnosis run() {
    found_.bytes = bytes_.size();
    found_.right_telegrams = contents_.right;
    found_.wrong_telegrams = contents_.wrong;
    found_.sealed_frames = contents_.frames;
    found_.losses = contents_.losses.size();
    look();
    found_.all_well = contents_.is_well() && found_.mistakes.empty();
    std::ranges::stable_sort(found_.mistakes, {}, &LineMistake::likelihood);
    note();
    return std::move(found_);
  }

 private:
  void look() {
    if (bytes_.empty()) return look_at_nothing();
    if (look_for_other_protocol(bytes_) && contents_.right == 0) return;
    if (contents_.frame_heads) return look_at_frames();
    const bool telegrams = !contents_.telegrams.empty() || !contents_.endless.empty();
    if (contents_.right > 0 || (telegrams && facts_.share(facts_.printable) > 0.5)) {
      return look_at_telegrams();
    }
    look_at_other_bytes();
  }

  void add(std::string_view id, Likelihood likelihood, std::string why) {
    const MistakeText& text = mistake_text(id);
    found_.mistakes.push_back(
        {text.id, likelihood, std::move(why), std::string(text.what), std::string(text.fix)});
  }

  std::string percent(std::size_t count) const {
    return fmt::format("{:.0f} %", facts_.share(count) * 100);
  }

  void look_at_nothing() {
    add("no-data-request", Likelihood::kLikely,
        "nothing arrived: a meter is silent until Data Request is active");
    add("port-off", Likelihood::kPossible, "a port that is switched off is also silent");
    add("dead-line", Likelihood::kPossible, "a line that is not connected is also silent");
  }

  /// Its own check makes it certain.
  bool look_for_other_protocol(std::string_view bytes) {
    const auto seen = find_other_protocol(bytes);
    if (!seen) return false;
    found_.mistakes.push_back(
        {seen->protocol->id, Likelihood::kCertain,
         fmt::format("from offset {1}: {0}", seen->sighting.why, seen->sighting.offset),
         std::string(seen->protocol->what),
         fmt::format("no line setting will help: {}", seen->protocol->fix)});
    return true;
  }

  void look_at_frames() {
    // Of n ciphertext bytes all differ from two given values with a chance of (254/256)^n.
    constexpr std::size_t kEnough = 1000;
    if (facts_.flow == 0 && facts_.size >= kEnough) {
      add("flow-control", Likelihood::kCertain,
          fmt::format("none of {} of sealed frames is 11 or 13: by chance that happens once in "
                      "2000 times or less",
                      counted(facts_.size, "byte")));
    }
    if (facts_.cr == 0 && facts_.size >= kEnough) {
      if (facts_.share(facts_.lf) > 1.5 / 256) {
        add("cr-to-lf", Likelihood::kCertain,
            "sealed frames without 0D, but with twice as many 0A");
      } else {
        add("cr-lost", Likelihood::kLikely, "no byte of the sealed frames is 0D");
      }
    }
    if (!found_.mistakes.empty()) return;
    if (contents_.frames == 0) {
      add("incomplete", Likelihood::kCertain, "a sealed frame begins, but none is complete");
    }
    add_all(explain_telegrams(contents_));
  }

  void look_at_telegrams() {
    if (look_for_repairs()) return;
    add_all(explain_telegrams(contents_));
  }

  void add_all(std::vector<Damage> damages) {
    for (Damage& damage : damages) add(damage.id, damage.likelihood, std::move(damage.why));
  }

  /// True if telegrams become right with something undone that programs do.
  bool look_for_repairs() {
    if (contents_.is_well()) return look_at_ends_without_crc();
    const LineRepair* best = nullptr;
    std::size_t most = contents_.right;
    for (const LineRepair& repair : line_repairs()) {
      if (contents_.right > 0 && !repair.of_some) continue;
      const std::string undone = repair.undo(bytes_);
      if (undone == bytes_) continue;
      const std::size_t right = LineContents(undone).right;
      if (right <= most) continue;
      most = right;
      best = &repair;
    }
    if (best == nullptr) return false;
    add(best->id, Likelihood::kCertain, std::string(best->why));
    return true;
  }

  /// Without a CRC, the usual form decides, as well as it can.
  bool look_at_ends_without_crc() {
    const auto has_crc = [](const SeenTelegram& telegram) {
      return !decode_telegram(telegram.bytes).crc_text.empty();
    };
    if (contents_.telegrams.empty() || std::ranges::any_of(contents_.telegrams, has_crc)) {
      return false;
    }
    const std::string_view telegram = contents_.telegrams.front().bytes;
    const std::string usual = with_usual_line_ends(telegram);
    if (usual == telegram) return false;
    const auto repair = std::ranges::find_if(
        line_repairs(), [&](const LineRepair& each) { return each.undo(telegram) == usual; });
    if (repair == line_repairs().end()) return false;
    add(repair->id, Likelihood::kLikely, std::string(repair->why) + ", as far as their form shows");
    return true;
  }

  void look_at_other_bytes() {
    const bool nothing_but_nul = facts_.share(facts_.nul) >= 0.9;
    if (facts_.size < kTooFew) {
      return add(
          "incomplete", Likelihood::kLikely,
          fmt::format("{}: too few to decide{}", counted(facts_.size, "byte"),
                      nothing_but_nul ? "; a NUL is a break, as caused by plugging in" : ""));
    }
    if (nothing_but_nul) {
      add("reader-too-fast", Likelihood::kLikely,
          fmt::format("{} of the bytes are NUL: one low bit of 9600 baud is longer than a "
                      "character of 115200",
                      percent(facts_.nul)));
      return add("dead-line", Likelihood::kPossible,
                 "a line that is repeatedly pulled low gives the same");
    }
    if (look_for_parity() || look_for_inversion()) return;
    if (facts_.share(facts_.printable) > 0.9) return look_at_text();
    add("wrong-baud", Likelihood::kLikely,
        fmt::format("{} of the bytes are printable, but they contain no telegram, and neither does "
                    "the inverted signal",
                    percent(facts_.printable)));
    add("noise", Likelihood::kPossible, "heavy noise looks the same");
  }

  bool look_for_parity() {
    if (facts_.size < kForParity || facts_.share(facts_.even) < 0.97 || facts_.high == 0) {
      return false;
    }
    std::string stripped(bytes_);
    for (char& c : stripped) c = static_cast<char>(c & 0x7F);
    const ByteFacts text(stripped);
    if (text.share(text.printable) < 0.97 && !find_other_protocol(stripped)) return false;
    add("parity-in-bit-7", Likelihood::kCertain,
        fmt::format("{} of the bytes have even parity over all 8 bits, and without bit 7 they are "
                    "text",
                    percent(facts_.even)));
    look_for_other_protocol(stripped);
    return true;
  }

  bool look_for_inversion() {
    constexpr double kFits = 0.18;
    constexpr std::size_t kEnoughCodes = 3;
    const std::string_view part = bytes_.substr(0, kTurnAt);
    const bool seven_bits = facts_.high == 0;
    TurnedText best;
    bool best_has_parity = false;
    for (const bool parity : {false, true}) {
      TurnedText turned = turn_signal(part, parity, seven_bits);
      if (turned.misfit > kFits || count_codes(turned.text) < kEnoughCodes) continue;
      if (turned.misfit >= best.misfit) continue;
      best = std::move(turned);
      best_has_parity = parity;
    }
    if (best.text.empty()) return false;
    add("inverted", Likelihood::kCertain,
        "inverted, the signal contains " + counted(count_codes(best.text), "OBIS code"));
    if (best_has_parity && !seven_bits) {
      add("parity-in-bit-7", Likelihood::kCertain,
          "inverted, the characters have seven bits and even parity");
    }
    return true;
  }

  void look_at_text() {
    if (count_code_begins(bytes_) > 0) {
      add("incomplete", Likelihood::kLikely, "data lines arrive, but no telegram from '/' to '!'");
    } else {
      add("no-p1", Likelihood::kLikely, "text, but without '/' and without OBIS codes");
    }
  }

  void note() {
    const auto right =
        std::ranges::find(contents_.telegrams, TelegramVerdict::kRight, &SeenTelegram::verdict);
    if (right != contents_.telegrams.end()) {
      found_.origin = detect_origin(decode_telegram(right->bytes));
    }
    found_.notes = note_devices(contents_);
    note_two_meters();
    if (!found_.all_well) return;
    if (contents_.frames > 0) {
      found_.notes.push_back({"sealed",
                              "the sealed frames are complete; their contents were not checked",
                              "p1rig lint with --key-file decrypts them"});
    }
    std::size_t begin = 0;
    for (const SeenTelegram& telegram : contents_.telegrams) {
      const std::size_t at = find_telnet_option(bytes_.substr(begin, telegram.offset - begin));
      if (contents_.frames == 0 && at != bytes_.npos) return note_telnet(begin + at);
      begin = telegram.offset + telegram.bytes.size();
    }
  }

  void note_two_meters() {
    OneMeter meter;
    for (const SeenTelegram& telegram : contents_.telegrams) {
      if (telegram.verdict != TelegramVerdict::kRight) continue;
      const auto other = meter.take(decode_telegram(telegram.bytes));
      if (!other) continue;
      found_.notes.push_back(
          {"two-meters", *other, "keep the telegrams of one in a file of its own"});
      return;
    }
  }

  void note_telnet(std::size_t at) {
    const MistakeText& text = mistake_text("telnet");
    found_.notes.push_back(
        {text.id, fmt::format("{}: commands at offset {}", text.what, at), text.fix});
  }

  std::string_view bytes_;
  ByteFacts facts_;
  LineContents contents_;
  LineDiagnosis found_;
};

}  // namespace

std::string_view to_string(Likelihood likelihood) {
  switch (likelihood) {
    case Likelihood::kCertain:
      return "certain";
    case Likelihood::kLikely:
      return "likely";
    case Likelihood::kPossible:
      return "possible";
  }
  return "";
}

LineDiagnosis diagnose_bytes(std::string_view bytes, const std::vector<std::uint64_t>& releases) {
  return Examination(bytes.substr(0, kMostDiagnosed), releases).run();
}

}  // namespace p1rig
