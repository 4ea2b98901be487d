// Readers that cut telegrams out of the stream wrongly.

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <cstdint>
#include <string>

#include "conformance/mutants/mutant_rows.h"

namespace p1rig {
namespace {

using std::chrono::milliseconds;

constexpr auto kFamily = MutantFamily::kFraming;

constexpr char kFf = '\xFF';

bool is_high(char c) { return (static_cast<unsigned char>(c) & 0x80U) != 0; }

std::size_t empty_lines_at_start(const Telegram& telegram) {
  std::string_view rest = telegram.bytes;
  rest.remove_prefix(std::min(1 + telegram.identification.size(), rest.size()));
  std::size_t ends = 0;
  while (!rest.empty() && (rest[0] == '\r' || rest[0] == '\n')) {
    rest.remove_prefix(rest.starts_with("\r\n") ? 2 : 1);
    ++ends;
  }
  return ends == 0 ? 0 : ends - 1;
}

void strip_eighth_bit(std::string& bytes, MutantState&) {
  for (char& c : bytes) c = static_cast<char>(static_cast<unsigned char>(c) & 0x7FU);
}

void drop_high_bytes(std::string& bytes, MutantState&) { std::erase_if(bytes, is_high); }

/// As decoding with "replace" does.
void replace_high_bytes(std::string& bytes, MutantState&) {
  std::ranges::replace_if(bytes, is_high, '?');
}

void crash_at_high_bytes(std::string& bytes, MutantState& state) {
  state.crashed = std::ranges::any_of(bytes, is_high);
}

void hang_at_ff(std::string& bytes, MutantState& state) {
  state.hung = bytes.find(kFf) != std::string::npos;
}

/// FF is a command, the byte behind it what it says.
void speak_telnet(std::string& bytes, MutantState&) {
  for (std::size_t at = bytes.find(kFf); at != std::string::npos; at = bytes.find(kFf, at)) {
    bytes.erase(at, 3);
  }
}

void hang_at_nul(std::string& bytes, MutantState& state) {
  state.hung = bytes.find('\0') != std::string::npos;
}

void crash_at_nul(std::string& bytes, MutantState& state) {
  state.crashed = bytes.find('\0') != std::string::npos;
}

/// A string ends there.
void cut_at_nul(std::string& bytes, MutantState&) {
  bytes.resize(std::min(bytes.find('\0'), bytes.size()));
}

/// Crashes on anything that is not printable.
void crash_at_noise(std::string& bytes, MutantState& state) {
  state.crashed = std::ranges::any_of(bytes, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < ' ' && byte != '\r' && byte != '\n') || byte >= 0x7F;
  });
}

void lower_case(std::string& bytes, MutantState&) {
  for (char& c : bytes) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

/// Backslash and digit of the identification are an escape sequence of IEC 62056-21.
void unescape_backslash(std::string& bytes, MutantState&) {
  for (std::size_t at = bytes.find('\\'); at != std::string::npos; at = bytes.find('\\', at)) {
    bytes.erase(at, 1);
  }
}

void strip_blanks(std::string& bytes, MutantState&) { std::erase(bytes, ' '); }

void drop_empty_lines(std::string& bytes, MutantState&) {
  for (std::size_t at = bytes.find("\r\n\r\n"); at != std::string::npos;
       at = bytes.find("\r\n\r\n", at)) {
    bytes.erase(at, 2);
  }
}

/// The last four digits behind '!' are the CRC, it thinks, and looks beyond the line end for them.
void read_crc_over_line_end(std::string& bytes, MutantState&) {
  constexpr std::size_t kDigits = 4;
  for (std::size_t at = bytes.find("\n!"); at != std::string::npos;
       at = bytes.find("\n!", at + 1)) {
    const std::size_t end = at + 2 + kDigits;
    if (end + 2 >= bytes.size() || bytes.compare(end, 2, "\r\n") != 0) continue;
    if (std::isxdigit(static_cast<unsigned char>(bytes[end + 2])) != 0)
      bytes.erase(at + 2, kDigits + 2);
  }
}

/// What a terminal does that was not made raw (ICRNL).
void translate_line_ends(std::string& bytes, MutantState&) {
  std::ranges::replace(bytes, '\r', '\n');
}

/// A message of this size is where the second read begins.
void lose_byte_at_512(std::string& bytes, MutantState& state) {
  constexpr std::size_t kEdge = 512;
  constexpr std::size_t kManyReads = 2 * kEdge;
  if (bytes.size() > kManyReads) bytes.erase(kEdge, 1);
  state.calls += bytes.size();
}

/// Expects each read to end with a line: what comes in pieces is put together with a line end.
void read_one_line_a_time(std::string& bytes, MutantState&) {
  if (!bytes.empty() && bytes.back() != '\n') bytes += "\r\n";
}

void hang_at_single_bytes(std::string& bytes, MutantState& state) {
  constexpr std::uint64_t kMany = 100;
  state.calls = bytes.size() == 1 ? state.calls + 1 : 0;
  state.hung = state.calls > kMany;
}

bool require_blank_line(Telegram& telegram, MutantState&) {
  return empty_lines_at_start(telegram) > 0;
}

bool refuse_more_blank_lines(Telegram& telegram, MutantState&) {
  return empty_lines_at_start(telegram) <= 1;
}

bool require_five(Telegram& telegram, MutantState&) {
  constexpr std::size_t kPlace = 3;
  return telegram.identification.size() > kPlace && telegram.identification[kPlace] == '5';
}

bool require_baud_digit(Telegram& telegram, MutantState&) {
  constexpr std::size_t kPlace = 3;
  return telegram.identification.size() > kPlace &&
         std::isdigit(static_cast<unsigned char>(telegram.identification[kPlace])) != 0;
}

bool refuse_blank_in_identification(Telegram& telegram, MutantState&) {
  return telegram.identification.find(' ') == std::string_view::npos;
}

bool refuse_slash_in_identification(Telegram& telegram, MutantState&) {
  return telegram.identification.find('/') == std::string_view::npos;
}

bool refuse_backslash(Telegram& telegram, MutantState&) {
  return telegram.identification.find('\\') == std::string_view::npos;
}

/// The meter is the one that it has met first.
bool refuse_another_identification(Telegram& telegram, MutantState& state) {
  if (state.identification.empty()) state.identification = telegram.identification;
  return telegram.identification == state.identification;
}

void tell_twice(MutantReport& report, MutantState&) { report.times = 2; }

void tell_every_second(MutantReport& report, MutantState& state) {
  report.times = state.telegrams % 2 == 1 ? 1 : 0;
}

void tell_first_only(MutantReport& report, MutantState& state) {
  constexpr std::uint64_t kFew = 3;
  report.times = state.telegrams <= kFew ? 1 : 0;
}

constexpr Mutant framing(std::string_view name, std::string_view summary, Mutant::Framing how) {
  return {.name = name, .family = kFamily, .summary = summary, .policy = {.framing = how}};
}

constexpr auto kRows = std::to_array<Mutant>({
    framing("bang-anywhere", "a '!' within a line ends the telegram", {.bang_anywhere = true}),
    framing("slash-anywhere", "a '/' within a line begins another telegram",
            {.slash_anywhere = true}),
    framing("never-restarts", "merges a telegram without end with the next one",
            {.never_restarts = true}),
    framing("bang-in-noise", "skips everything from a '!' in noise to the next one",
            {.bang_opens = true}),
    framing("skips-after-bad", "loses the next telegram after a rejected one",
            {.skips_after_bad = true}),
    framing("stops-when-full", "stops for good after too much garbage", {.stops_when_full = true}),
    framing("needs-line-between", "misses a '/' right after the CRC", {.needs_line_between = true}),
    framing("buffer-1023", "telegrams of more than 1023 bytes are lost", {.buffer = 1023}),
    framing("buffer-2048", "telegrams of more than 2048 bytes are lost", {.buffer = 2048}),
    framing("buffer-2400", "telegrams of more than 2400 bytes are lost", {.buffer = 2400}),
    framing("line-buffer-128", "a line of more than 128 bytes loses the telegram",
            {.line_buffer = 128}),
    framing("line-buffer-1024", "a line of more than 1024 bytes loses the telegram",
            {.line_buffer = 1024}),
    byte_filter("crc-over-line-end", kFamily,
                "takes hexadecimal digits on the line after the CRC for the CRC",
                read_crc_over_line_end),
    framing("gap-100ms", "a pause of 100 ms loses what came before it",
            {.gap_loses = milliseconds{100}}),
    framing("gap-2ms", "a pause of 2 ms loses what came before it", {.gap_loses = milliseconds{2}}),
    {.name = "tells-tail",
     .family = kFamily,
     .summary = "reports the tail of a telegram that it joined in the middle",
     .policy = {.framing = {.begins_anywhere = true}, .judge = believe_all}},
    {.name = "tells-fragments",
     .family = kFamily,
     .summary = "reports a telegram cut off by the next one",
     .policy = {.framing = {.tells_fragments = true}, .judge = believe_sums}},
    {.name = "merges-telegrams",
     .family = kFamily,
     .summary = "reports two telegrams as one if the end of the first was lost",
     .policy = {.framing = {.never_restarts = true}, .judge = believe_sums}},
    byte_filter("strips-eighth-bit", kFamily, "reads seven bits of each byte", strip_eighth_bit),
    byte_filter("drops-high-bytes", kFamily, "bytes from 80 on are dropped", drop_high_bytes),
    byte_filter("replaces-high-bytes", kFamily, "bytes from 80 on become '?'", replace_high_bytes),
    byte_filter("crashes-at-high-bytes", kFamily, "crashes on a byte that is not ASCII",
                crash_at_high_bytes),
    byte_filter("hangs-at-ff", kFamily, "reads nothing more after FF, as telnet clients do",
                hang_at_ff),
    byte_filter("speaks-telnet", kFamily, "FF and two bytes are a command", speak_telnet),
    byte_filter("hangs-at-nul", kFamily, "reads nothing more after NUL", hang_at_nul),
    byte_filter("crashes-at-nul", kFamily, "crashes on NUL", crash_at_nul),
    byte_filter("cuts-at-nul", kFamily, "what follows a NUL in the same read is lost", cut_at_nul),
    byte_filter("crashes-at-noise", kFamily, "crashes on a byte that is not printable",
                crash_at_noise),
    byte_filter("lower-case", kFamily, "converts everything to lower case before the CRC",
                lower_case),
    byte_filter("unescapes-backslash", kFamily, "the CRC is that of the unescaped identification",
                unescape_backslash),
    byte_filter("strips-blanks", kFamily, "blanks are dropped before the CRC", strip_blanks),
    byte_filter("drops-empty-lines", kFamily, "empty lines are dropped before the CRC",
                drop_empty_lines),
    byte_filter("translates-line-ends", kFamily, "CR arrives as LF: the terminal is not raw",
                translate_line_ends),
    byte_filter("loses-byte-512", kFamily, "a byte is lost where the second read begins",
                lose_byte_at_512),
    byte_filter("line-a-read", kFamily, "each read is taken for whole lines", read_one_line_a_time),
    byte_filter("hangs-at-single-bytes", kFamily, "hangs on reads of one byte each",
                hang_at_single_bytes),
    telegram_filter("needs-blank-line", kFamily, "rejects a telegram without its empty line",
                    require_blank_line),
    telegram_filter("one-blank-line", kFamily, "rejects a telegram with more than one empty line",
                    refuse_more_blank_lines),
    telegram_filter("needs-five", kFamily, "rejects identifications with 3 or 9", require_five),
    telegram_filter("needs-baud-digit", kFamily,
                    "rejects identifications without a digit in fourth place", require_baud_digit),
    telegram_filter("no-blank-in-ident", kFamily, "rejects identifications with a blank",
                    refuse_blank_in_identification),
    telegram_filter("no-slash-in-ident", kFamily, "rejects identifications with a second '/'",
                    refuse_slash_in_identification),
    telegram_filter("no-backslash", kFamily, "rejects identifications with a backslash",
                    refuse_backslash),
    telegram_filter("one-identification", kFamily,
                    "rejects identifications other than that of the first telegram",
                    refuse_another_identification),
    report_filter("tells-twice", kFamily, "reports each telegram twice", tell_twice),
    report_filter("tells-every-second", kFamily, "reports every second telegram",
                  tell_every_second),
    report_filter("tells-three", kFamily, "reports three telegrams and then none", tell_first_only),
});

}  // namespace

std::span<const Mutant> framing_mutants() { return kRows; }

}  // namespace p1rig
