#include "conformance/judge/telegram_damage.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "conformance/judge/crc_ways.h"
#include "conformance/judge/line_repairs.h"
#include "protocol/ascii.h"
#include "protocol/crc16.h"
#include "protocol/wording.h"

namespace p1rig {
namespace {

/// A bit that, put right, makes the CRC right.
struct FlippedBit {
  std::size_t offset = 0;  ///< in the telegram
  char is = '\0';
  char was = '\0';
  bool mends_line = false;  ///< a line that was none is one then
};

char with_bit(char c, unsigned bit) {
  return static_cast<char>(static_cast<unsigned char>(c) ^ (1U << bit));
}

std::ptrdiff_t malformed_lines(const Telegram& telegram) {
  return std::ranges::count(telegram.lines, false, &DataLine::well_formed);
}

bool mends_line(std::string_view telegram, std::size_t offset, char was) {
  std::string mended(telegram);
  mended[offset] = was;
  return malformed_lines(decode_telegram(mended)) < malformed_lines(decode_telegram(telegram));
}

/// Flipped bits of the digits after '!'.
void find_in_digits(const Telegram& telegram, std::string_view right,
                    std::vector<FlippedBit>& found) {
  const std::string_view digits = telegram.crc_text;
  if (digits.size() != right.size()) return;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string mended(digits);
      mended[i] = with_bit(mended[i], bit);
      if (mended == right) {
        found.push_back({telegram.bang_offset + 1 + i, digits[i], mended[i], false});
      }
    }
  }
}

/// The bits of which one, put right, makes the CRC of the telegram right, and its byte one that
/// telegrams have, and how many were tried: each fits by chance once in 65536 times. None if the
/// CRC is right or missing.
struct FlippedBits {
  std::vector<FlippedBit> found = {};
  std::size_t tried = 0;
};
FlippedBits find_flipped_bits(std::string_view bytes) {
  const Telegram telegram = decode_telegram(bytes);
  const auto sent = written_crc(telegram);
  if (!sent || telegram.bang_offset > kLongestTelegram) return {};
  const std::string_view covered = bytes.substr(0, telegram.bang_offset + 1);
  const std::uint16_t right = crc16(covered);
  if (right == *sent) return {};
  FlippedBits bits;
  find_in_digits(telegram, to_hex(right), bits.found);
  // What a bit adds to the CRC, by the number of bytes behind it; the sum of all is linear.
  std::array<std::uint16_t, 8> adds{};
  for (unsigned bit = 0; bit < adds.size(); ++bit) {
    const char byte = static_cast<char>(1U << bit);
    adds[bit] = crc16(std::string_view(&byte, 1));
  }
  const auto wanted = static_cast<std::uint16_t>(right ^ *sent);
  constexpr char kZero = '\0';
  for (std::size_t at = covered.size(); at-- > 0;) {
    for (unsigned bit = 0; bit < adds.size(); ++bit) {
      const char was = with_bit(covered[at], bit);
      const bool may_be = is_printable(was) || was == '\r' || was == '\n';
      bits.tried += may_be ? 1U : 0U;
      if (adds[bit] == wanted && may_be) {
        bits.found.push_back({at, covered[at], was, mends_line(bytes, at, was)});
      }
      adds[bit] = crc16(std::string_view(&kZero, 1), adds[bit]);
    }
  }
  return bits;
}

/// Where values were made unreadable on purpose: "line 4, 0-0:96.1.1". Empty if none were.
std::string find_redacted(const Telegram& telegram) {
  constexpr std::size_t kMask = 3;
  constexpr std::string_view kMasks = "Xx*#?_";
  const auto is_masked = [&](std::string_view text) {
    for (std::size_t at = 0; at + kMask <= text.size(); ++at) {
      if (kMasks.find(text[at]) != kMasks.npos &&
          text.substr(at, kMask) == std::string(kMask, text[at])) {
        return true;
      }
    }
    return text.find("edact") != text.npos || text.find("REDACT") != text.npos ||
           text.find("...") != text.npos;
  };
  for (const DataLine& line : telegram.lines) {
    for (const Bracket& bracket : line.brackets) {
      if (is_masked(bracket.text)) {
        return fmt::format("line {}, {}: \"{}\"", bracket.line, line.code_text, bracket.text);
      }
    }
  }
  return is_masked(telegram.crc_text) ? fmt::format("the CRC: \"{}\"", telegram.crc_text) : "";
}

/// The lengths of the lines, line ends included.
std::vector<std::size_t> lengths_of(std::string_view telegram) {
  std::vector<std::size_t> lengths;
  while (!telegram.empty()) {
    const std::size_t size = std::min(telegram.find('\n'), telegram.size() - 1) + 1;
    lengths.push_back(size);
    telegram.remove_prefix(size);
  }
  return lengths;
}

/// The right telegram whose length is nearest; nullptr if there is none.
const SeenTelegram* nearest_right(const SeenTelegram& wrong, const std::vector<SeenTelegram>& all) {
  const SeenTelegram* nearest = nullptr;
  const auto distance = [&](const SeenTelegram& other) {
    return std::max(wrong.bytes.size(), other.bytes.size()) -
           std::min(wrong.bytes.size(), other.bytes.size());
  };
  for (const SeenTelegram& other : all) {
    if (other.verdict != TelegramVerdict::kRight) continue;
    if (nearest == nullptr || distance(other) < distance(*nearest)) nearest = &other;
  }
  return nearest;
}

std::string shown(char c) {
  return is_printable(c) ? fmt::format("'{}'", c)
                         : fmt::format("{:02X}", static_cast<unsigned char>(c));
}

std::optional<Damage> explain_by_bit(const SeenTelegram& wrong, std::string_view lengths) {
  const FlippedBits bits = find_flipped_bits(wrong.bytes);
  const auto mending = std::ranges::find(bits.found, true, &FlippedBit::mends_line);
  const bool certain = mending != bits.found.end();
  if (!certain && bits.found.size() != 1) return std::nullopt;
  const FlippedBit& bit = certain ? *mending : bits.found.front();
  std::string why =
      fmt::format("{}one bit is flipped at offset {}: {} was {}, which makes the CRC correct",
                  lengths, wrong.offset + bit.offset, shown(bit.is), shown(bit.was));
  if (!certain) {
    why += fmt::format("; the chance of a coincidence is one in {}",
                       65536 / std::max<std::size_t>(bits.tried, 1));
  }
  return Damage{"noise", certain ? Likelihood::kCertain : Likelihood::kLikely, std::move(why)};
}

/// By a right telegram: where both are as long, bytes were changed; else some are missing.
Damage explain_by_lengths(const SeenTelegram& wrong, const Telegram& telegram,
                          const SeenTelegram& right) {
  if (wrong.bytes.size() == right.bytes.size()) {
    const bool same_lines = lengths_of(wrong.bytes) == lengths_of(right.bytes);
    const std::string_view lengths = same_lines ? "all lines are as long as in a correct telegram; "
                                                : "it is as long as a correct telegram; ";
    if (auto damage = explain_by_bit(wrong, lengths)) return *damage;
    const bool formed = same_lines && malformed_lines(telegram) == 0;
    return {"noise", Likelihood::kLikely,
            fmt::format("{}bytes were changed, but none are missing{}", lengths,
                        formed ? ", unless somebody edited the text" : "")};
  }
  if (wrong.bytes.size() < right.bytes.size()) {
    return {"bytes-lost", Likelihood::kLikely,
            fmt::format("{}, where a correct telegram has {}", counted(wrong.bytes.size(), "byte"),
                        right.bytes.size())};
  }
  return {"noise", Likelihood::kPossible,
          fmt::format("{}, where a correct telegram has {}: some were inserted",
                      counted(wrong.bytes.size(), "byte"), right.bytes.size())};
}

Damage explain_alone(const SeenTelegram& wrong, const Telegram& telegram) {
  if (auto damage = explain_by_bit(wrong, ""); damage && damage->likelihood == Likelihood::kCertain)
    return *damage;
  const auto malformed = std::ranges::find(telegram.lines, false, &DataLine::well_formed);
  if (malformed != telegram.lines.end()) {
    return {"bytes-lost", Likelihood::kPossible,
            fmt::format("line {} is not a line of a telegram", malformed->line)};
  }
  return {"edited", Likelihood::kLikely,
          "every line is well-formed, but the CRC belongs to another text"};
}

}  // namespace

Damage explain_damage(const SeenTelegram& wrong, const std::vector<SeenTelegram>& all) {
  const Telegram telegram = decode_telegram(wrong.bytes);
  if (wrong.verdict == TelegramVerdict::kCrcMissing) {
    return {"crc-missing", Likelihood::kCertain, "nothing follows '!'"};
  }
  if (wrong.verdict == TelegramVerdict::kEmpty) {
    return {"incomplete", Likelihood::kLikely, "a telegram contains no object"};
  }
  if (const std::size_t at = find_telnet_option(wrong.bytes); at != std::string_view::npos) {
    return {"telnet", Likelihood::kLikely,
            fmt::format("a telnet command is {} after its start", counted(at, "byte"))};
  }
  const ByteFacts facts(wrong.bytes);
  if (!facts.is_text()) {
    return {
        "noise", Likelihood::kLikely,
        fmt::format("{} that no telegram contains", counted(facts.size - facts.printable, "byte"))};
  }
  if (const std::string place = find_redacted(telegram); !place.empty()) {
    return {"redacted", Likelihood::kCertain, place};
  }
  if (std::ranges::count(find_crc_ways(telegram), kDamagedLineEnds) > 0) {
    return {"bytes-lost", Likelihood::kLikely,
            "with CR LF at the end of each line its CRC is correct: some of these are lost"};
  }
  const SeenTelegram* const right = nearest_right(wrong, all);
  return right == nullptr ? explain_alone(wrong, telegram)
                          : explain_by_lengths(wrong, telegram, *right);
}

}  // namespace p1rig
