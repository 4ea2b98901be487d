#include "conformance/judge/anonymise.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "protocol/ascii.h"
#include "protocol/crc16.h"
#include "protocol/dlms_frame.h"
#include "protocol/hex.h"
#include "protocol/obis.h"
#include "protocol/timestamp.h"
#include "protocol/unit.h"
#include "protocol/wording.h"

namespace p1rig {
namespace {

// One household has a meter, four M-Bus devices and some codes; damaged ones count, too.
constexpr std::size_t kMostIdentifiers = 1000;
constexpr std::size_t kLongestMakerCode = 4;
constexpr std::size_t kSerialDigits = 6;   ///< fewer in a row are a type, such as MT382-1000
constexpr std::size_t kTellingLength = 6;  ///< shorter identifiers are found anywhere by chance
constexpr std::size_t kTitleMaker = 3;     ///< bytes of a system title
constexpr std::size_t kCrcDigits = 4;

// One running number in 16 leaves the CRC of a telegram a leading zero, and those of all that are
// as long; one in 4096 does so for telegrams of three lengths.
constexpr std::size_t kMostShifts = 4000;
constexpr std::size_t kMostShortCrcs = 1000;

bool has_lower_case(std::string_view digits) {
  return digits.find_first_of("abcdef") != digits.npos;
}

enum class Kind { kOther, kIdentifier, kEan, kMessage };

Kind kind_of(const Obis& code) {
  if (code.c == 96 && code.d == 13) return Kind::kMessage;
  if (code.c == 96 && code.d == 1) {
    if (code.a == 0 && code.b == 0 && code.e == 4) return Kind::kOther;
    return code.e == 2 ? Kind::kEan : Kind::kIdentifier;
  }
  const bool is_name = (code.c == 42 && code.d == 0) || (code.c == 0 && code.d == 0);
  return is_name ? Kind::kIdentifier : Kind::kOther;
}

/// A bracket's text decoded: hexadecimal bytes if they are text, else unchanged.
struct Written {
  std::string text;
  bool hex = false;
  bool lower = false;  ///< nibbles
};

Written read_value(std::string_view text) {
  auto octets = parse_hex(text);
  if (!octets || octets->empty() || !std::ranges::all_of(*octets, is_printable)) {
    return {std::string(text), false, false};
  }
  return {std::move(*octets), true, has_lower_case(text)};
}

std::string print_value(const Written& value) {
  if (!value.hex) return value.text;
  std::string digits = print_hex(value.text);
  if (value.lower) {
    std::ranges::transform(digits, digits.begin(), [](char c) {
      return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    });
  }
  return digits;
}

/// The check digit of GS1 codes: weights 3 and 1 in turn from the right.
void set_check_digit(std::string& code) {
  int sum = 0;
  int weight = 3;
  for (std::size_t i = code.size() - 1; i-- > 0; weight = 4 - weight)
    sum += weight * (code[i] - '0');
  code.back() = static_cast<char>('0' + (10 - sum % 10) % 10);
}

/// These identify nobody: "", "0000", FF.
bool says_nothing(std::string_view identifier) {
  return std::ranges::none_of(identifier,
                              [](char c) { return is_letter(c) || (is_digit(c) && c != '0'); }) ||
         std::ranges::all_of(identifier, [](char c) { return c == 'F' || c == 'f'; });
}

/// Letters X, digits 0; outside ASCII, 00 and FF are not text.
char without_meaning(char c) {
  if (is_digit(c)) return '0';
  if (is_letter(c)) return 'X';
  return is_printable(c) || c == '\r' || c == '\n' || c == '\0' || c == '\xFF' ? c : 'X';
}

std::string without_meaning(std::string_view text) {
  std::string empty(text);
  std::ranges::transform(empty, empty.begin(), [](char c) { return without_meaning(c); });
  return empty;
}

/// What may be there because of a damaged code.
bool may_be_identifier(std::string_view text) {
  constexpr std::size_t kShortest = 8;
  return text.size() >= kShortest &&
         std::ranges::all_of(text, [](char c) { return hex_digit(c).has_value(); });
}

std::string rewrite_message(std::string_view text) {
  const auto octets = parse_hex(text);
  Written value{octets ? *octets : std::string(text), octets.has_value(), has_lower_case(text)};
  value.text = without_meaning(value.text);
  return print_value(value);
}

/// A part of a telegram between brackets, line ends and the like: where an identifier may stand.
bool is_word_character(char c) {
  return is_digit(c) || is_letter(c) || c == '.' || c == ':' || c == '*' || c == '-';
}

std::string_view word_at(std::string_view text) {
  const auto end = std::ranges::find_if_not(text, is_word_character);
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

/// True for a word in which an identifier is found by chance only: "1-0:1.8.0", "260115123010W",
/// "123456.789*kWh".
bool is_something_else(std::string_view word) {
  if (parse_obis(word)) return true;
  if (const auto time = parse_timestamp(word)) return time->season != '\0';
  return find_unit(split_unit(word).unit).has_value();
}

/// Digits in a row, 6 or more, not after a backslash: that is the number of a type (253769975).
std::vector<std::pair<std::size_t, std::size_t>> serial_numbers(std::string_view identification) {
  std::vector<std::pair<std::size_t, std::size_t>> found;
  for (std::size_t at = 0; at < identification.size();) {
    const std::size_t begin = at;
    while (at < identification.size() && is_digit(identification[at])) ++at;
    const bool type = begin > 0 && identification[begin - 1] == '\\';
    // The first digit of "XMX5…" is the baud rate.
    const std::size_t own = begin == 3 ? 4 : begin;
    if (!type && at >= own + kSerialDigits) found.emplace_back(own, at - own);
    at = std::max(at, begin + 1);
  }
  return found;
}

}  // namespace

Anonymiser::Anonymiser(const std::optional<FrameKeys>& keys,
                       const std::optional<FrameKeys>& new_keys) {
  if (keys) cipher_.emplace(*keys);
  if (new_keys) new_cipher_.emplace(*new_keys);
}

Result<std::string> Anonymiser::open(const Stretch& stretch) {
  if (!cipher_) {
    return fail(
        "contains sealed telegrams, in which nothing can be replaced without their key: add "
        "--key-file");
  }
  const auto frame = parse_frame(stretch.bytes);
  std::string telegram;
  if (!frame || !cipher_->open(*frame, telegram)) {
    return fail(
        fmt::format("offset {}: the key does not decrypt this frame: wrong key, or changed bytes",
                    stretch.offset));
  }
  titles_.try_emplace(std::string(frame->title), static_cast<std::uint32_t>(titles_.size() + 1));
  return telegram;
}

Result<void> Anonymiser::learn(const Stretch& stretch) {
  using Kind = Stretch::Kind;
  if (stretch.kind == Kind::kFrame) {
    const auto telegram = open(stretch);
    if (!telegram) return tl::unexpected(telegram.error());
    learn_telegram(*telegram);
  } else if (stretch.kind == Kind::kTelegram) {
    learn_telegram(stretch.bytes);
  }
  if (numbers_.size() <= kMostIdentifiers && titles_.size() <= kMostIdentifiers) return {};
  return fail(fmt::format("offset {}: more than {}, expected the line of one household",
                          stretch.offset, counted(kMostIdentifiers, "identifier")));
}

void Anonymiser::learn_telegram(std::string_view bytes) {
  ++telegrams_;
  const Telegram telegram = decode_telegram(bytes);
  for (const DataLine& line : telegram.lines) {
    const Kind kind = line.code ? kind_of(line.code->code) : Kind::kOther;
    if (kind != Kind::kIdentifier && kind != Kind::kEan) continue;
    for (const Bracket& bracket : line.brackets) {
      const Written value = read_value(bracket.text);
      if (says_nothing(value.text)) continue;
      learn_identifier(value.text);
      const bool is_ean = kind == Kind::kEan;
      know(bracket.text, {.is_ean = is_ean, .is_written = true, .instead = {}});
      if (value.hex) know(value.text, {.is_ean = is_ean, .is_written = false, .instead = {}});
    }
  }
  learn_crc(telegram);
  std::string identification(telegram.identification);
  replace_known(identification);
  if (identification != telegram.identification) return;
  for (const auto& [at, size] : serial_numbers(telegram.identification)) {
    const std::string number(telegram.identification.substr(at, size));
    learn_identifier(number);
    know(number, {});
  }
}

void Anonymiser::learn_crc(const Telegram& telegram) {
  const CrcVerdict verdict = check_crc(telegram);
  if (verdict != CrcVerdict::kRight && verdict != CrcVerdict::kWrong) return;
  lower_case_crcs_ = lower_case_crcs_ || has_lower_case(telegram.crc_text);
  if (telegram.crc_text.size() < kCrcDigits && short_crcs_.size() < kMostShortCrcs) {
    short_crcs_.emplace_back(telegram.bytes);
  }
}

std::string Anonymiser::instead_of(std::string_view text, const Known& known) const {
  return known.is_written ? rewrite_value(text, known.is_ean) : replacement(text, known.is_ean);
}

/// Shorter texts are replaced in their place only.
void Anonymiser::know(std::string_view text, Known known) {
  if (text.size() < kTellingLength) return;
  known.instead = instead_of(text, known);
  known_.try_emplace(std::string(text), std::move(known));
}

/// Finds the running numbers with which no CRC becomes longer; the first ones if there are none.
void Anonymiser::settle() {
  if (std::exchange(settled_, true) || short_crcs_.empty()) return;
  const auto renumber = [this](std::size_t shift) {
    shift_ = shift;
    for (auto& [text, known] : known_) known.instead = instead_of(text, known);
  };
  const auto keeps_its_crc = [this](const std::string& telegram) {
    const std::string after = rewrite_telegram(telegram);
    const std::size_t first = telegram.rfind('!') + 1;
    return after.size() == telegram.size() && (after[first] != '0' || telegram[first] == '0');
  };
  for (std::size_t shift = 0; shift < kMostShifts; ++shift) {
    renumber(shift);
    if (std::ranges::all_of(short_crcs_, keeps_its_crc)) return;
  }
  renumber(0);
}

void Anonymiser::learn_identifier(std::string_view text) {
  numbers_.try_emplace(std::string(text), numbers_.size() + 1);
}

/// As many characters: letters in front say who made it, and digits then count.
std::string Anonymiser::replacement(std::string_view identifier, bool is_ean) const {
  const auto found = numbers_.find(identifier);
  if (found == numbers_.end()) return std::string(identifier);
  const auto front = std::ranges::find_if_not(identifier, is_letter) - identifier.begin();
  const std::size_t kept = std::min(static_cast<std::size_t>(front), kLongestMakerCode);
  const auto digits = static_cast<std::size_t>(std::ranges::count_if(identifier, is_digit));
  const bool too_few = digits < std::to_string(kMostIdentifiers).size();
  const bool check = is_ean && identifier.size() > 2 && std::ranges::all_of(identifier, is_digit);

  std::string text(identifier);
  // By a factor without 2 and 5 in it, so that no two become alike, however few digits there are.
  std::size_t number = found->second * (1 + shift_ * kMostIdentifiers);
  for (std::size_t i = text.size(); i-- > 0;) {
    char& c = text[i];
    if (!is_printable(c)) c = 'X';
    if (!is_digit(c) && !is_letter(c)) continue;
    if (check && i + 1 == text.size()) continue;
    if (!is_digit(c) && !too_few) {
      // A letter that is a hexadecimal digit, too.
      if (i >= kept) c = 'A';
      continue;
    }
    c = static_cast<char>('0' + number % 10);
    number /= 10;
  }
  if (check) set_check_digit(text);
  return text;
}

std::string Anonymiser::rewrite_value(std::string_view text, bool is_ean) const {
  Written value = read_value(text);
  value.text = replacement(value.text, is_ean);
  return print_value(value);
}

Result<std::string> Anonymiser::rewrite(const Stretch& stretch) {
  using Kind = Stretch::Kind;
  settle();
  if (stretch.kind != Kind::kFrame && stretch.kind != Kind::kTelegram) {
    std::string bytes = scrub(stretch.bytes);
    replace_known(bytes);
    return bytes;
  }
  in_bracket_ = false;
  const auto rewrite_whole = [this](std::string_view before) {
    std::string after = rewrite_telegram(before);
    if (after.size() > before.size()) ++longer_crcs_;
    return after;
  };
  if (stretch.kind == Kind::kTelegram) return rewrite_whole(stretch.bytes);
  const auto telegram = open(stretch);
  if (!telegram) return tl::unexpected(telegram.error());
  const auto frame = parse_frame(stretch.bytes);
  std::string title(frame->title.substr(0, kTitleMaker));
  const std::uint32_t number = titles_.find(frame->title)->second;
  for (int shift = 32; shift >= 0; shift -= 8) {
    title += static_cast<char>(std::uint64_t{number} >> shift & 0xFF);
  }
  std::string sealed;
  FrameCipher& cipher = new_cipher_ ? *new_cipher_ : *cipher_;
  cipher.seal(title, frame->counter, rewrite_whole(*telegram), sealed, frame->form);
  return sealed;
}

std::string Anonymiser::rewrite_telegram(std::string_view before) const {
  const Telegram telegram = decode_telegram(before);
  std::string bytes(before);
  const CrcVerdict crc = check_crc(telegram);
  const bool damaged = crc == CrcVerdict::kWrong || crc == CrcVerdict::kMalformed;
  for (const DataLine& line : telegram.lines) {
    const Kind kind = line.code ? kind_of(line.code->code) : Kind::kOther;
    if (damaged && !line.code) {
      bytes.replace(line.offset, line.text.size(), without_meaning(line.text));
    }
    for (const Bracket& bracket : line.brackets) {
      std::string instead(bracket.text);
      if (kind == Kind::kMessage) {
        instead = rewrite_message(bracket.text);
      } else if (kind != Kind::kOther) {
        instead = rewrite_value(bracket.text, kind == Kind::kEan);
      } else if (damaged && (!line.code || may_be_identifier(bracket.text))) {
        instead = without_meaning(bracket.text);
      }
      bytes.replace(bracket.offset, instead.size(), instead);
    }
  }
  replace_known(bytes);
  rewrite_crc(bytes, telegram);
  return bytes;
}

/// Right CRCs stay right, wrong ones stay wrong by the same bits, and what is none stays.
void Anonymiser::rewrite_crc(std::string& bytes, const Telegram& before) const {
  const auto sent = written_crc(before);
  if (!sent) return;
  const std::string_view text = before.crc_text;
  const unsigned was = crc16(before.bytes.substr(0, before.bang_offset + 1));
  const unsigned is = crc16(std::string_view(bytes).substr(0, before.bang_offset + 1));
  const unsigned value = (*sent ^ was ^ is) & 0xFFFFU;
  // A number without letters is of the case of the others.
  const bool has_letters = text.find_first_of("ABCDEFabcdef") != text.npos;
  const bool lower = has_letters ? has_lower_case(text) : lower_case_crcs_;
  const std::string digits = lower ? fmt::format("{:0{}x}", value, text.size())
                                   : fmt::format("{:0{}X}", value, text.size());
  bytes.replace(before.bang_offset + 1, text.size(), digits);
}

/// What was learned, wherever it occurs, unless it means something else there.
void Anonymiser::replace_known(std::string& bytes) const {
  for (std::size_t at = 0; at < bytes.size();) {
    const auto here = std::string_view(bytes).substr(at);
    const std::string_view word =
        at == 0 || !is_word_character(bytes[at - 1]) ? word_at(here) : std::string_view();
    if (!word.empty() && is_something_else(word)) {
      at += word.size();
      continue;
    }
    const auto found = std::ranges::find_if(
        known_, [&](const auto& known) { return here.starts_with(known.first); });
    if (found == known_.end()) {
      ++at;
    } else {
      bytes.replace(at, found->first.size(), found->second.instead);
      at += found->first.size();
    }
  }
}

std::string Anonymiser::scrub(std::string_view before) {
  std::string bytes(before);
  const bool text = std::ranges::all_of(bytes, [](char c) {
    return is_printable(c) || c == '\r' || c == '\n' || c == '\0' || c == '\xFF';
  });
  if (!text) {
    in_bracket_ = true;
    std::ranges::transform(bytes, bytes.begin(), [](char c) { return c == '\xFF' ? c : '\0'; });
    return bytes;
  }
  // What began before this stretch may have begun in a bracket.
  const std::size_t first = bytes.find_first_of("()");
  if (!bytes.starts_with('/') && first != std::string::npos) in_bracket_ = bytes[first] == ')';
  for (char& c : bytes) {
    if (c == '(') in_bracket_ = true;
    if (in_bracket_) c = without_meaning(c);
    if (c == ')') in_bracket_ = false;
  }
  return bytes;
}

}  // namespace p1rig
