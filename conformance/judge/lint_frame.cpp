#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "conformance/judge/crc_ways.h"
#include "conformance/judge/lint_check.h"
#include "protocol/crc16.h"
#include "protocol/framer.h"
#include "protocol/wording.h"

// The telegram as bytes: identification, blank line, lines, end line, CRC.

namespace p1rig {
namespace {

/// The index of the end line; the number of lines if there is none.
std::size_t end_line_index(const LintContext& context) {
  const auto& lines = context.raw_lines;
  const auto found =
      std::ranges::find_if(lines, [](const RawLine& line) { return line.text.starts_with('!'); });
  return static_cast<std::size_t>(found - lines.begin());
}

void check_identification(const LintContext& context, Reporter& reporter) {
  if (is_header(context.telegram.bytes)) return;
  reporter.report(Severity::kError, 1, 0,
                  fmt::format("expected '/', the manufacturer's three letters and 3, 5 or 9 for "
                              "the baud rate, found \"/{}\"",
                              context.telegram.identification));
}

void check_blank_line(const LintContext& context, Reporter& reporter) {
  const auto& lines = context.raw_lines;
  if (lines.size() >= 2 && lines[1].text.empty()) return;
  const std::size_t offset = lines.size() >= 2 ? lines[1].offset : context.telegram.bytes.size();
  reporter.report(Severity::kError, 2, offset,
                  "expected an empty line after the identification line");
}

void check_line_ends(const LintContext& context, Reporter& reporter) {
  const std::size_t count = std::min(end_line_index(context) + 1, context.raw_lines.size());
  std::size_t deviating = 0;
  std::size_t first = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view end = context.raw_lines[i].end;
    if (end == "\r\n" || (end.empty() && i + 1 == count)) continue;
    if (deviating++ == 0) first = i;
  }
  if (deviating == 0) return;
  const RawLine& line = context.raw_lines[first];
  reporter.report(
      Severity::kError, first + 1, line.offset + line.text.size(),
      fmt::format("{} of {} without CR LF at the end", deviating, counted(count, "line")));
}

void check_last_line_end(const LintContext& context, Reporter& reporter) {
  const std::size_t end = end_line_index(context);
  if (end >= context.raw_lines.size() || !context.raw_lines[end].end.empty()) return;
  reporter.report(Severity::kWarning, end + 1, context.telegram.bytes.size(),
                  "expected CR LF after the end line");
}

void check_characters(const LintContext& context, Reporter& reporter) {
  for (std::size_t i = 0; i < context.raw_lines.size(); ++i) {
    const RawLine& line = context.raw_lines[i];
    const auto strange = std::ranges::find_if(line.text, [](char c) { return c < ' ' || c > '~'; });
    if (strange == line.text.end()) continue;
    const auto at = static_cast<std::size_t>(strange - line.text.begin());
    reporter.report(Severity::kError, i + 1, line.offset + at,
                    fmt::format("byte {:02X} is not a printable ASCII character",
                                static_cast<unsigned char>(*strange)));
  }
}

/// True if a bracket is left open at the end of the line.
bool leaves_bracket_open(std::string_view line) {
  const std::size_t open = line.rfind('(');
  return open != line.npos && line.find(')', open) == line.npos;
}

bool starts_with_code(std::string_view line) {
  return parse_obis(line.substr(0, line.find('('))).has_value();
}

/// The numbers of the lines over which brackets are split: from one that is left open through the
/// one that closes it.
std::set<std::size_t> split_value_lines(const LintContext& context) {
  std::set<std::size_t> numbers;
  const auto& lines = context.raw_lines;
  const std::size_t end = end_line_index(context);
  for (std::size_t i = 1; i < end; ++i) {
    if (!leaves_bracket_open(lines[i].text)) continue;
    std::size_t last = i + 1;
    while (last < end && !starts_with_code(lines[last].text) &&
           lines[last].text.find(')') == std::string_view::npos) {
      ++last;
    }
    const bool closed = last < end && !starts_with_code(lines[last].text);
    for (std::size_t j = i; closed && j <= last; ++j) numbers.insert(j + 1);
    // What the lines between leave open stays open too: not to look at them again keeps this linear.
    i = last - 1;
  }
  return numbers;
}

void check_split_values(const LintContext& context, Reporter& reporter) {
  for (const std::size_t number : split_value_lines(context)) {
    reporter.report(Severity::kError, number, context.raw_lines[number - 1].offset,
                    "a value is split over lines");
  }
}

void check_line_form(const LintContext& context, Reporter& reporter) {
  const std::set<std::size_t> split = split_value_lines(context);
  for (const DataLine& line : context.telegram.lines) {
    if (line.well_formed || split.contains(line.line)) continue;
    reporter.report(Severity::kError, line.line, line.offset,
                    fmt::format("expected an OBIS code and brackets, found \"{}\"", line.text));
  }
  const std::size_t end = end_line_index(context);
  for (std::size_t i = 2; i < end; ++i) {
    if (!context.raw_lines[i].text.empty()) continue;
    reporter.report(Severity::kError, i + 1, context.raw_lines[i].offset,
                    "an empty line between data lines");
  }
}

/// The one record that a document prints on two lines (DSMR-P1 3.0 §5.10).
bool may_continue(const LintContext& context, Obis code) {
  return context.is("dsmr-2.2 dsmr-3.0") && is_mbus_object(code) && code.c == 24 && code.d == 3;
}

void check_continuations(const LintContext& context, Reporter& reporter) {
  for (const JudgedLine& line : context.lines) {
    if (may_continue(context, line.data->code->code)) continue;
    std::size_t reported = line.data->line;
    for (std::size_t i = 0; i < line.data->brackets.size(); ++i) {
      if (line.data->brackets[i].line == reported) continue;
      reported = line.data->brackets[i].line;
      reporter.at_bracket(Severity::kError, line, i, "a data line continues on the next line");
    }
  }
}

void check_obis_form(const LintContext& context, Reporter& reporter) {
  for (const JudgedLine& line : context.lines) {
    if (line.data->code->form == ObisForm::kPlain) continue;
    reporter.report(Severity::kError, line.data->line, line.data->offset,
                    fmt::format("expected {}, found {}", to_string(line.data->code->code),
                                line.data->code_text));
  }
}

void check_end_line(const LintContext& context, Reporter& reporter) {
  if (context.telegram.has_bang) return;
  reporter.report(Severity::kError, context.raw_lines.size(), context.telegram.bytes.size(),
                  "expected a line that begins with '!'");
}

void report_at_end(const LintContext& context, Reporter& reporter, Severity severity,
                   std::string message) {
  reporter.report(severity, end_line_index(context) + 1, context.telegram.bang_offset,
                  std::move(message));
}

bool is_crc_right(const LintContext& context) {
  return !context.telegram.crc_text.empty() && context.verdict != TelegramVerdict::kCrcWrong &&
         context.verdict != TelegramVerdict::kCrcMalformed;
}

void check_crc_present(const LintContext& context, Reporter& reporter) {
  if (!context.dialect.has_crc || !context.telegram.has_bang) return;
  if (context.verdict != TelegramVerdict::kCrcMissing) return;
  report_at_end(context, reporter, Severity::kError, "expected four hexadecimal digits after '!'");
}

/// Which other CRC it is; nothing if it is none, or differs in so much that chance may
/// have made it. The search takes its time, and later telegrams are made as the first ones are.
std::string other_crc(const LintContext& context) {
  constexpr std::uint64_t kSearched = 16;
  if (context.history.wrong_crcs >= kSearched) return {};
  const auto ways = find_crc_ways(context.telegram);
  if (ways.empty() || ways.front().deviations() > 1) return {};
  return fmt::format("; it is correct as {}; the chance of a coincidence is one in {}",
                     to_string(ways.front()), counted(chance_of(ways.front()), "telegram"));
}

void check_crc_right(const LintContext& context, Reporter& reporter) {
  if (!context.dialect.has_crc || context.verdict != TelegramVerdict::kCrcWrong) return;
  const auto covered = context.telegram.bytes.substr(0, context.telegram.bang_offset + 1);
  report_at_end(context, reporter, Severity::kError,
                fmt::format("CRC {} given, {} computed{}", context.telegram.crc_text,
                            to_hex(crc16(covered)), other_crc(context)));
}

void check_crc_form(const LintContext& context, Reporter& reporter) {
  if (!context.dialect.has_crc || context.verdict != TelegramVerdict::kCrcMalformed) return;
  report_at_end(context, reporter, Severity::kError,
                fmt::format("expected four hexadecimal digits after '!', found \"{}\"",
                            context.telegram.crc_text));
}

void check_crc_padding(const LintContext& context, Reporter& reporter) {
  if (!context.dialect.has_crc || !is_crc_right(context)) return;
  if (context.telegram.crc_text.size() >= 4) return;
  report_at_end(context, reporter, Severity::kWarning,
                fmt::format("expected four digits, found {}", context.telegram.crc_text));
}

/// A right one does no harm; a wrong one says that the telegram is not what was sent.
void check_crc_unexpected(const LintContext& context, Reporter& reporter) {
  if (context.dialect.has_crc || context.telegram.crc_text.empty()) return;
  const bool right = is_crc_right(context);
  report_at_end(context, reporter, right ? Severity::kWarning : Severity::kError,
                fmt::format("{} defines no CRC{}", context.dialect.document,
                            right ? "" : ", and this one does not match the bytes"));
}

/// One second where telegrams come every second, else eight.
void check_transfer_time(const LintContext& context, Reporter& reporter) {
  const std::size_t limit_seconds = context.dialect.period.count() == 1 ? 1 : 8;
  const LineSettings& line = context.dialect.line;
  const std::size_t bits =
      context.telegram.bytes.size() * static_cast<std::size_t>(line.bits_per_character());
  if (bits <= limit_seconds * static_cast<std::size_t>(line.baud)) return;
  reporter.report(
      Severity::kError, 1, 0,
      fmt::format("{}: more than {} s at {} baud", counted(context.telegram.bytes.size(), "byte"),
                  limit_seconds, line.baud));
}

constexpr std::string_view kFrame = "DSMR-P1 5.0.2 §6.2";

constexpr std::array kChecks{
    LintCheck{{"identification-form", "M-FRM-01",
               "the identification line begins with /XXX and 3, 5 or 9"},
              kFrame,
              check_identification},
    LintCheck{{"blank-line", "M-FRM-01", "an empty line follows the identification line"},
              kFrame,
              check_blank_line},
    LintCheck{{"line-end", "M-FRM-01", "lines end with CR LF"}, kFrame, check_line_ends},
    LintCheck{{"last-line-end", "M-FRM-01", "the end line ends with CR LF too"},
              kFrame,
              check_last_line_end},
    LintCheck{{"character", "M-FRM-01", "every byte is a printable ASCII character"},
              "DSMR-P1 5.0.2 §6.4",
              check_characters},
    LintCheck{{"value-split", "M-FRM-02", "a value is on one line"}, kFrame, check_split_values},
    LintCheck{{"line-form", "M-FRM-01", "a data line is an OBIS code and brackets"},
              "DSMR-P1 5.0.2 §6.3",
              check_line_form},
    LintCheck{
        {"continuation-line", "M-FRM-02", "an object is on one line"}, kFrame, check_continuations},
    LintCheck{{"obis-form", "M-FRM-01", "an OBIS code is written A-B:C.D.E"},
              "DSMR-P1 5.0.2 §6.4",
              check_obis_form},
    LintCheck{{"end-line", "M-FRM-01", "a telegram ends with a line that begins with '!'"},
              kFrame,
              check_end_line},
    LintCheck{{"crc-missing", "M-CRC-01", "a CRC follows '!'"}, kFrame, check_crc_present},
    LintCheck{{"crc-wrong", "M-CRC-01", "the CRC matches the bytes"}, kFrame, check_crc_right},
    LintCheck{{"crc-malformed", "M-CRC-01", "the CRC is hexadecimal"}, kFrame, check_crc_form},
    LintCheck{
        {"crc-unpadded", "M-CRC-01", "the CRC keeps its leading zeros"}, kFrame, check_crc_padding},
    LintCheck{{"crc-unexpected", "M-CRC-01", "no CRC if the dialect has none"},
              "DSMR-P1 3.0 §5.2",
              check_crc_unexpected},
    LintCheck{{"transfer-time", "M-TIM-01", "the telegram fits into the transfer time"},
              "DSMR-P1 5.0.2 §6.1",
              check_transfer_time},
};

}  // namespace

std::span<const LintCheck> frame_checks() { return kChecks; }

}  // namespace p1rig
