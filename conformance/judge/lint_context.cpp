#include <algorithm>
#include <utility>

#include "conformance/judge/lint_check.h"
#include "conformance/judge/rule_shape.h"

namespace p1rig {
namespace {

std::vector<RawLine> split_lines(std::string_view bytes) {
  std::vector<RawLine> lines;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t end = std::min(bytes.find_first_of("\r\n", at), bytes.size());
    const std::size_t length = bytes.substr(end, 2) == "\r\n" ? 2 : 1;
    lines.push_back({bytes.substr(at, end - at), bytes.substr(end, length), at});
    at = end + length;
  }
  return lines;
}

JudgedLine judge_line(const DataLine& line, const Dialect& dialect) {
  JudgedLine judged{&line, find_object_rule(dialect, line.code->code), nullptr, {}};
  if (judged.rule != nullptr) judged.shape = find_shape(*judged.rule);
  if (judged.shape == nullptr || !line.well_formed) return judged;
  std::vector<std::string_view> texts;
  for (const Bracket& bracket : line.brackets) texts.push_back(bracket.text);
  judged.mismatches = match(*judged.shape, texts);
  return judged;
}

}  // namespace

const ShapeField* JudgedLine::field(std::size_t bracket) const {
  return shape == nullptr ? nullptr : field_at(*shape, bracket);
}

LintContext::LintContext(const Telegram& of, const Dialect& in, const MeterHistory& after)
    : telegram(of),
      dialect(in),
      history(after),
      verdict(verdict_of(of, in)),
      raw_lines(split_lines(of.bytes)) {
  for (const DataLine& line : telegram.lines) {
    if (line.code) lines.push_back(judge_line(line, dialect));
  }
  if (const JudgedLine* const clock = find("0-0:1.0.0"); clock != nullptr) {
    if (const auto time = first_time(*clock->data)) now = to_instant(*time, dialect.normal_offset);
  }
}

const JudgedLine* LintContext::find(std::string_view obis) const {
  const auto code = parse_obis(obis);
  const auto found = std::ranges::find_if(
      lines, [&](const JudgedLine& line) { return code && line.data->code->code == code->code; });
  return found == lines.end() ? nullptr : &*found;
}

std::optional<Decimal> LintContext::number(std::string_view obis) const {
  const JudgedLine* const line = find(obis);
  if (line == nullptr || line->data->brackets.empty()) return std::nullopt;
  return parse_decimal(split_unit(line->data->brackets.front().text).value);
}

Finding& Reporter::add(Severity severity, std::size_t line, std::size_t offset,
                       std::string message) {
  findings_.push_back({std::string(rule_), std::string(clause_), severity, telegram_, line,
                       offset_ + offset, "", std::move(message), ""});
  return findings_.back();
}

void Reporter::report(Severity severity, std::size_t line, std::size_t offset,
                      std::string message) {
  Finding& finding = add(severity, line, offset, std::move(message));
  for (const JudgedLine& judged : context_.lines) {
    if (judged.data->line == line) finding.obis = to_string(judged.data->code->code);
  }
}

void Reporter::error(const JudgedLine& line, std::string message) {
  at_bracket(Severity::kError, line, 0, std::move(message));
}

void Reporter::warning(const JudgedLine& line, std::string message) {
  at_bracket(Severity::kWarning, line, 0, std::move(message));
}

void Reporter::at_bracket(Severity severity, const JudgedLine& line, std::size_t bracket,
                          std::string message) {
  const DataLine& data = *line.data;
  const bool there = bracket < data.brackets.size();
  Finding& finding =
      there ? add(severity, data.brackets[bracket].line, data.brackets[bracket].offset,
                  std::move(message))
            : add(severity, data.line, data.offset + data.text.size(), std::move(message));
  finding.obis = to_string(data.code->code);
  if (finding.clause.empty() && line.rule != nullptr) finding.clause = line.rule->clause;
}

std::optional<Timestamp> first_time(const DataLine& line) {
  for (const Bracket& bracket : line.brackets) {
    if (const auto time = parse_timestamp(bracket.text)) return time;
  }
  return std::nullopt;
}

bool has_unset_time(const DataLine& line) {
  const auto time = first_time(line);
  return time && is_unset(*time);
}

}  // namespace p1rig
