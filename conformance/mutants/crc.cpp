// Readers with another idea of the CRC.

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>

#include "conformance/mutants/mutant_rows.h"
#include "conformance/mutants/telegram_look.h"
#include "protocol/crc16.h"

namespace p1rig {
namespace {

constexpr auto kFamily = MutantFamily::kCrc;

std::string_view covered(const Telegram& telegram) {
  return telegram.bytes.substr(0, std::min(telegram.bang_offset + 1, telegram.bytes.size()));
}

bool has_digits(const Telegram& telegram) {
  constexpr std::size_t kDigits = 4;
  return telegram.crc_text.size() == kDigits && std::ranges::all_of(telegram.crc_text, [](char c) {
           return std::isxdigit(static_cast<unsigned char>(c));
         });
}

std::uint16_t digits_of(const Telegram& telegram) {
  std::uint16_t value = 0;
  const std::string_view text = telegram.crc_text;
  std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return value;
}

/// As the reference does, but with another idea of the CRC where four digits are there.
std::optional<Reject> compare_with(std::uint16_t crc, const Telegram& telegram,
                                   const Dialect& dialect) {
  if (!has_digits(telegram)) return judge_telegram(telegram, dialect);
  if (digits_of(telegram) != crc) return Reject::kCrc;
  return std::nullopt;
}

std::optional<Reject> believe_without_crc(const Telegram& telegram, const Dialect& dialect) {
  if (telegram.crc_text.empty()) return std::nullopt;
  return judge_telegram(telegram, dialect);
}

std::optional<Reject> require_crc(const Telegram& telegram, const Dialect& dialect) {
  if (telegram.crc_text.empty()) return Reject::kCrc;
  return judge_telegram(telegram, dialect);
}

/// Treats an invalid CRC as a meter that sends none.
std::optional<Reject> believe_malformed_crc(const Telegram& telegram, const Dialect& dialect) {
  if (check_crc(telegram) == CrcVerdict::kMalformed) return std::nullopt;
  return judge_telegram(telegram, dialect);
}

bool crash_at_lower_case_crc(Telegram& telegram, MutantState& state) {
  const std::string_view digits = telegram.crc_text;
  return crash_if(digits.find_first_of("abcdef") != std::string_view::npos, state);
}

std::optional<Reject> refuse_unpadded_crc(const Telegram& telegram, const Dialect& dialect) {
  if (!telegram.crc_text.empty() && !has_digits(telegram)) return Reject::kCrc;
  return judge_telegram(telegram, dialect);
}

/// Prints the CRC without leading zeros and compares texts.
std::optional<Reject> refuse_leading_zero(const Telegram& telegram, const Dialect& dialect) {
  if (telegram.crc_text.starts_with('0')) return Reject::kCrc;
  return judge_telegram(telegram, dialect);
}

/// 0 is what its function gives for no CRC.
std::optional<Reject> take_zero_for_none(const Telegram& telegram, const Dialect& dialect) {
  if (has_digits(telegram) && digits_of(telegram) == 0) return Reject::kCrc;
  return judge_telegram(telegram, dialect);
}

std::optional<Reject> compare_low_byte(const Telegram& telegram, const Dialect& dialect) {
  if (!has_digits(telegram)) return judge_telegram(telegram, dialect);
  constexpr unsigned kLow = 0xFF;
  if ((digits_of(telegram) & kLow) != (crc16(covered(telegram)) & kLow)) return Reject::kCrc;
  return std::nullopt;
}

std::optional<Reject> compare_two_digits(const Telegram& telegram, const Dialect& dialect) {
  if (!has_digits(telegram)) return judge_telegram(telegram, dialect);
  constexpr unsigned kTwoDigits = 8;
  if (digits_of(telegram) >> kTwoDigits != crc16(covered(telegram)) >> kTwoDigits) {
    return Reject::kCrc;
  }
  return std::nullopt;
}

std::optional<Reject> cover_without_bang(const Telegram& telegram, const Dialect& dialect) {
  const std::string_view text = telegram.bytes.substr(0, telegram.bang_offset);
  return compare_with(crc16(text), telegram, dialect);
}

std::optional<Reject> cover_without_slash(const Telegram& telegram, const Dialect& dialect) {
  const std::string_view text = covered(telegram);
  return compare_with(crc16(text.substr(std::min<std::size_t>(1, text.size()))), telegram, dialect);
}

std::optional<Reject> cover_without_line_ends(const Telegram& telegram, const Dialect& dialect) {
  std::string text(covered(telegram));
  std::erase_if(text, [](char c) { return c == '\r' || c == '\n'; });
  return compare_with(crc16(text), telegram, dialect);
}

/// Over the text after it was decoded as ASCII.
std::optional<Reject> cover_seven_bits(const Telegram& telegram, const Dialect& dialect) {
  std::string text(covered(telegram));
  for (char& c : text) c = static_cast<char>(static_cast<unsigned char>(c) & 0x7FU);
  return compare_with(crc16(text), telegram, dialect);
}

std::optional<Reject> begin_with_ffff(const Telegram& telegram, const Dialect& dialect) {
  constexpr std::uint16_t kModbus = 0xFFFF;
  return compare_with(crc16(covered(telegram), kModbus), telegram, dialect);
}

std::optional<Reject> swap_crc_bytes(const Telegram& telegram, const Dialect& dialect) {
  const std::uint16_t crc = crc16(covered(telegram));
  return compare_with(static_cast<std::uint16_t>(crc << 8U | crc >> 8U), telegram, dialect);
}

constexpr Mutant belief(std::string_view name, std::string_view summary,
                        std::optional<Reject> (*judge)(const Telegram&, const Dialect&)) {
  return {.name = name, .family = kFamily, .summary = summary, .policy = {.judge = judge}};
}

constexpr auto kRows = std::to_array<Mutant>({
    belief("no-crc", "does not check the CRC", believe_all),
    belief("crc-optional", "accepts a telegram without CRC", believe_without_crc),
    belief("crc-required", "rejects telegrams without CRC, whatever the dialect", require_crc),
    belief("crc-malformed", "treats an invalid CRC as no CRC", believe_malformed_crc),
    telegram_filter("crashes-at-lower-case-crc", kFamily, "crashes on a CRC in lower case",
                    crash_at_lower_case_crc),
    belief("crc-padded-only", "rejects a CRC without its leading zeros", refuse_unpadded_crc),
    belief("crc-as-number", "compares the CRC as it prints it: without leading zeros",
           refuse_leading_zero),
    belief("crc-zero-is-none", "takes a CRC of 0000 for none", take_zero_for_none),
    belief("crc-low-byte", "compares the last two digits of the CRC", compare_low_byte),
    belief("crc-high-byte", "compares the first two digits of the CRC", compare_two_digits),
    belief("crc-without-bang", "the CRC ends before the '!'", cover_without_bang),
    belief("crc-without-slash", "the CRC begins after the '/'", cover_without_slash),
    belief("crc-without-line-ends", "the CRC leaves out CR and LF", cover_without_line_ends),
    belief("crc-seven-bits", "the CRC is that of the decoded text", cover_seven_bits),
    belief("crc-modbus", "the CRC begins with FFFF", begin_with_ffff),
    belief("crc-swapped", "the CRC's two bytes are swapped", swap_crc_bytes),
    belief("crc-if-unsure", "checks the CRC only where power is missing", believe_sums),
});

}  // namespace

std::optional<Reject> believe_all(const Telegram&, const Dialect&) { return std::nullopt; }

/// Believes a telegram where power is there, whatever its CRC says.
std::optional<Reject> believe_sums(const Telegram& telegram, const Dialect& dialect) {
  constexpr Obis kPower{1, 0, 1, 7, 0};
  const DataLine* const line = telegram.find(kPower);
  if (line != nullptr && line->well_formed) return std::nullopt;
  return judge_telegram(telegram, dialect);
}

std::span<const Mutant> crc_mutants() { return kRows; }

}  // namespace p1rig
