#include "conformance/judge/line_mistakes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "protocol/telegram_decoder.h"
#include "protocol/telegram_stream.h"

namespace p1rig {
namespace {

constexpr std::size_t kLookAt = 256 * 1024;
constexpr std::size_t kTurnAt = 4096;  ///< the search for an inversion is not cheap

struct MistakeText {
  std::string_view id, what, fix;
};

constexpr std::array kMistakes = {
    MistakeText{"no-data-request", "the meter is not asked: Data Request (pin 2) is not high",
                "tie pin 2 to +5 V (pin 1), or let the adapter's RTS or DTR raise it; with an "
                "inverting cable clear RTS instead of setting it"},
    MistakeText{
        "port-off", "the grid operator keeps the P1 port switched off",
        "ask the operator to enable it: in Flanders, Austria, Sweden, Hungary and elsewhere "
        "it is off until the customer asks for it"},
    MistakeText{"dead-line", "the data line does not reach the reader",
                "check pin 5 and ground, and that the reader pulls the line up: the meter's output "
                "is an open collector"},
    MistakeText{"reader-too-fast", "the reader's baud rate is much higher than the meter's",
                "set the reader to 9600 7E1: this is an older meter (DSMR 2.2 or 3.0)"},
    MistakeText{"parity-in-bit-7", "the meter sends 7E1 and the reader is set to 8N1",
                "set the reader to 7 data bits and even parity, or clear bit 7 of every byte"},
    MistakeText{"inverted", "the signal is upside down: an inversion is missing, or there are two",
                "invert once, in the adapter or by a transistor: the P1 line is low when idle, "
                "a UART wants it high"},
    MistakeText{"wrong-baud", "the reader's baud rate is not the meter's",
                "set the reader to 115200 8N1, or to 9600 7E1 for a DSMR 2.2 or 3.0 meter"},
    MistakeText{"cr-to-lf", "the terminal turns CR into LF (ICRNL)",
                "switch the port to raw mode: stty -icrnl, or stty raw"},
    MistakeText{"cr-lost", "every CR is missing (IGNCR, or a text mode in between)",
                "switch the port to raw mode: stty -igncr, or stty raw; copy recordings as binary"},
    MistakeText{"flow-control", "software flow control swallows the bytes 11 and 13 (IXON)",
                "switch it off: stty -ixon, or xonxoff=False"},
    MistakeText{"noise", "bits are disturbed on the way",
                "use a shorter cable, a stronger pull-up (1 kohm) and a common ground; check that "
                "the adapter's clock is within 3 %"},
    MistakeText{"bytes-lost", "bytes are lost on the way",
                "read more often or with a larger buffer; check for a second program on this port"},
    MistakeText{"incomplete", "there is no whole telegram",
                "keep Data Request active and read for longer than one period (10 s)"},
    MistakeText{"no-p1", "these bytes do not look like P1", "check which port this is"},
};

/// What is counted in one pass.
struct ByteFacts {
  std::size_t size = 0, nul = 0, printable = 0, high = 0, even = 0, cr = 0, lf = 0, flow = 0;

  explicit ByteFacts(std::string_view bytes) : size(bytes.size()) {
    for (const char c : bytes) {
      const auto value = static_cast<unsigned char>(c);
      nul += value == 0;
      printable += (value >= ' ' && value <= '~') || value == '\r' || value == '\n';
      high += value >= 0x80;
      even += std::popcount(value) % 2 == 0;
      cr += value == '\r';
      lf += value == '\n';
      flow += value == 0x11 || value == 0x13;
    }
  }
  double share(std::size_t count) const {
    return size == 0 ? 0 : static_cast<double>(count) / static_cast<double>(size);
  }
  std::string percent(std::size_t count) const {
    return fmt::format("{:.0f} %", share(count) * 100);
  }
};

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string result;
  for (;;) {
    const std::size_t at = text.find(from);
    result += text.substr(0, at);
    if (at == text.npos) return result;
    result += to;
    text.remove_prefix(at + from.size());
  }
}

/// What the framer finds.
struct LineContents {
  std::uint64_t right = 0, wrong = 0, frames = 0, fragments = 0;
  bool strange_bytes = false;  ///< in a telegram that is wrong
  bool frame_heads = false;

  explicit LineContents(std::string_view bytes) {
    TelegramDecoder decoder;
    TelegramStream stream(decoder, [this](const Stretch& stretch, const Telegram* telegram) {
      take(stretch, telegram);
    });
    stream.feed(bytes);
    stream.finish();
  }

 private:
  void take(const Stretch& stretch, const Telegram* telegram) {
    const bool head = read_frame_head(stretch.bytes).verdict == FrameHead::Verdict::kFrame;
    frame_heads = frame_heads || head;
    if (stretch.kind == Stretch::Kind::kFrame) ++frames;
    if (stretch.kind == Stretch::Kind::kFragment) ++fragments;
    if (telegram == nullptr) return;
    const ByteFacts facts(stretch.bytes);
    const CrcVerdict crc = check_crc(*telegram);
    const bool clean = facts.printable == facts.size && facts.cr > 0;
    // Without a CRC, only the look of it speaks for a telegram.
    const bool well_formed = std::ranges::all_of(telegram->lines, &DataLine::well_formed);
    const bool is_right =
        crc == CrcVerdict::kRight || (crc == CrcVerdict::kAbsent && clean && well_formed);
    ++(is_right ? right : wrong);
    strange_bytes = strange_bytes || (!is_right && facts.printable < facts.size);
  }
};

std::size_t count_codes(std::string_view text) {
  const auto digit = [&](std::size_t i) {
    return i < text.size() && text[i] >= '0' && text[i] <= '9';
  };
  std::size_t count = 0;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] == '-' && digit(i - 1) && digit(i + 1) && i + 2 < text.size() && text[i + 2] == ':')
      ++count;
  }
  return count;
}

class Examination {
 public:
  explicit Examination(std::string_view bytes) : bytes_(bytes), facts_(bytes), contents_(bytes) {}

  LineDiagnosis run() {
    found_.right_telegrams = contents_.right;
    found_.wrong_telegrams = contents_.wrong;
    found_.sealed_frames = contents_.frames;
    found_.bytes = bytes_.size();
    if (bytes_.empty()) {
      look_at_nothing();
    } else if (contents_.frame_heads) {
      look_at_frames();
    } else if (contents_.right > 0 ||
               (contents_.wrong > 0 && facts_.share(facts_.printable) > 0.5)) {
      look_at_telegrams();
    } else {
      look_at_other_bytes();
    }
    found_.all_well = found_.mistakes.empty();
    std::ranges::stable_sort(found_.mistakes, {}, &LineMistake::likelihood);
    return std::move(found_);
  }

 private:
  void add(std::string_view id, Likelihood likelihood, std::string why) {
    const auto row = std::ranges::find(kMistakes, id, &MistakeText::id);
    found_.mistakes.push_back({row->id, likelihood, std::move(why), row->what, row->fix});
  }

  void look_at_nothing() {
    add("no-data-request", Likelihood::kLikely, "nothing arrived: a meter is silent until asked");
    add("port-off", Likelihood::kPossible, "a port that is switched off is silent, too");
    add("dead-line", Likelihood::kPossible, "a line that is not connected is silent, too");
  }

  void look_at_frames() {
    // Of n ciphertext octets all differ from two given values with a chance of (254/256)^n.
    constexpr std::size_t kEnough = 1000;
    if (facts_.flow == 0 && facts_.size >= kEnough) {
      add("flow-control", Likelihood::kCertain,
          fmt::format("none of {} bytes of sealed frames is 11 or 13: chance makes that once in "
                      "2000 times or less",
                      facts_.size));
    }
    if (facts_.cr == 0 && facts_.size >= kEnough) {
      if (facts_.share(facts_.lf) > 1.5 / 256) {
        add("cr-to-lf", Likelihood::kCertain,
            "sealed frames without 0D, but with twice as many 0A");
      } else {
        add("cr-lost", Likelihood::kLikely, "no byte of the sealed frames is 0D");
      }
    }
    if (found_.mistakes.empty() && contents_.frames == 0) {
      add("incomplete", Likelihood::kCertain, "a sealed frame begins, but none is whole");
    } else if (found_.mistakes.empty() && contents_.fragments > 1) {
      add("bytes-lost", Likelihood::kLikely,
          fmt::format("{} sealed frames are cut", contents_.fragments - 1));
    }
  }

  void look_at_telegrams() {
    if (contents_.wrong == 0 && contents_.fragments <= 1) return;
    if (contents_.right == 0 && look_for_line_ends()) return;
    const std::string why = fmt::format("{} telegrams are right, {} wrong, {} cut", contents_.right,
                                        contents_.wrong, contents_.fragments);
    const bool strange = facts_.printable < facts_.size;
    add("noise", strange ? Likelihood::kLikely : Likelihood::kPossible,
        why + (strange ? fmt::format("; {} bytes are none that a telegram has",
                                     facts_.size - facts_.printable)
                       : std::string()));
    add("bytes-lost", strange ? Likelihood::kPossible : Likelihood::kLikely,
        strange ? why : why + "; yet every byte is one that a telegram has");
  }

  /// True where the telegrams become right with their line ends put right.
  bool look_for_line_ends() {
    if (facts_.cr > 0) return false;
    if (LineContents(replaced(bytes_, "\n\n", "\r\n")).right > 0) {
      add("cr-to-lf", Likelihood::kCertain,
          "every line ends LF LF; with CR LF the telegrams are right");
      return true;
    }
    if (LineContents(replaced(bytes_, "\n", "\r\n")).right > 0) {
      add("cr-lost", Likelihood::kCertain,
          "every line ends LF alone; with CR LF the telegrams are right");
      return true;
    }
    return false;
  }

  void look_at_other_bytes() {
    if (facts_.share(facts_.nul) >= 0.9) {
      return add("reader-too-fast", Likelihood::kCertain,
                 fmt::format("{} of the bytes are NUL: one low bit of 9600 baud is longer than a "
                             "character of 115200",
                             facts_.percent(facts_.nul)));
    }
    if (look_for_parity() || look_for_inversion()) return;
    if (facts_.share(facts_.printable) > 0.9) return look_at_text();
    add("wrong-baud", Likelihood::kLikely,
        fmt::format(
            "{} of the bytes are printable, none of it is a telegram, and the signal turned "
            "round gives none either",
            facts_.percent(facts_.printable)));
    add("noise", Likelihood::kPossible, "heavy noise looks like this, too");
  }

  bool look_for_parity() {
    std::string stripped(bytes_);
    for (char& c : stripped) c = static_cast<char>(c & 0x7F);
    const ByteFacts text(stripped);
    if (facts_.share(facts_.even) < 0.97 || facts_.high == 0) return false;
    if (text.share(text.printable) < 0.97) return false;
    add("parity-in-bit-7", Likelihood::kCertain,
        fmt::format("{} of the bytes have even parity over all 8 bits, and without bit 7 they are "
                    "text",
                    facts_.percent(facts_.even)));
    return true;
  }

  bool look_for_inversion() {
    const std::string_view part = bytes_.substr(0, kTurnAt);
    const bool seven_bits = facts_.high == 0;
    for (const bool parity : {false, true}) {
      const TurnedText turned = turn_signal(part, parity, seven_bits);
      if (turned.misfit > 0.18 || count_codes(turned.text) < 3) continue;
      add("inverted", Likelihood::kCertain,
          fmt::format("turned round, the signal reads {} OBIS codes", count_codes(turned.text)));
      return true;
    }
    return false;
  }

  void look_at_text() {
    if (count_codes(bytes_) > 0) {
      add("incomplete", Likelihood::kLikely, "data lines arrive, but not from '/' to '!'");
    } else {
      add("no-p1", Likelihood::kLikely, "text, but without '/' and without OBIS codes");
    }
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

LineDiagnosis diagnose_bytes(std::string_view bytes) {
  return Examination(bytes.substr(0, kLookAt)).run();
}

}  // namespace p1rig
