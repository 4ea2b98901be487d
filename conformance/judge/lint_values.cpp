#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "conformance/judge/lint_check.h"
#include "protocol/wording.h"

// Checks values in brackets against the shape that the dialect prescribes.

namespace p1rig {
namespace {

using Kind = ShapeMismatch::Kind;

/// Calls `report` with every mismatch of this kind.
template <class Report>
void for_each_mismatch(const LintContext& context, Kind kind, Report report) {
  for (const JudgedLine& line : context.lines) {
    for (const ShapeMismatch& mismatch : line.mismatches) {
      if (mismatch.kind == kind) report(line, mismatch);
    }
  }
}

std::string describe(const JudgedLine& line, const ShapeMismatch& mismatch) {
  const auto& brackets = line.data->brackets;
  if (mismatch.field >= brackets.size()) return "expected " + mismatch.expected;
  return fmt::format("expected {}, found ({})", mismatch.expected, brackets[mismatch.field].text);
}

template <Kind kKind>
void check_mismatch(const LintContext& context, Reporter& reporter) {
  for_each_mismatch(context, kKind, [&](const JudgedLine& line, const ShapeMismatch& mismatch) {
    reporter.at_bracket(Severity::kError, line, mismatch.field, describe(line, mismatch));
  });
}

/// A reading without unit is how Luxembourg says that a channel is not linked (LUX-P1 1.1.3
/// app. A), and how meters elsewhere do it too.
void check_missing_unit(const LintContext& context, Reporter& reporter) {
  for_each_mismatch(
      context, Kind::kMissingUnit, [&](const JudgedLine& line, const ShapeMismatch& mismatch) {
        const bool unset = is_mbus_object(line.data->code->code) && has_unset_time(*line.data);
        if (unset && context.is("lux-*")) return;
        reporter.at_bracket(unset ? Severity::kWarning : Severity::kError, line, mismatch.field,
                            describe(line, mismatch));
      });
}

// Of all dialects.
constexpr std::array kTextLimits{
    TextLimit{"0-0:96.13.0", 2048},
    TextLimit{"0-?:96.1.* 0-0:42.0.0", 96},
};

bool is_text(const JudgedLine& line) {
  const ShapeField* const field = line.field(0);
  return field != nullptr && !field->formats.empty() &&
         field->formats.front().kind == ValueFormat::Kind::kHex && !line.data->brackets.empty();
}

void check_text_length(const LintContext& context, Reporter& reporter) {
  for (const JudgedLine& line : context.lines) {
    if (!is_text(line)) continue;
    const std::string code = to_string(line.data->code->code);
    const std::size_t size = line.data->brackets.front().text.size();
    const auto is_of = [&](const TextLimit& row) { return matches_glob(row.obis, code); };
    const auto of_all = std::ranges::find_if(kTextLimits, is_of);
    const TextLimit& own = context.dialect.text_limit;
    const std::size_t limit = of_all != kTextLimits.end() ? of_all->digits
                              : is_of(own)                ? own.digits
                                                          : size;
    if (size <= limit) continue;
    reporter.error(line, fmt::format("at most {}, found {}", counted(limit, "digit"), size));
  }
}

/// True if one of the bytes, written as two digits each, is CR or LF.
bool has_line_break(std::string_view hex) {
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    const std::string_view octet = hex.substr(i, 2);
    if (octet == "0D" || octet == "0d" || octet == "0A" || octet == "0a") return true;
  }
  return false;
}

void check_text_line_breaks(const LintContext& context, Reporter& reporter) {
  for (const JudgedLine& line : context.lines) {
    const Obis code = line.data->code->code;
    if (!is_text(line) || code.c != 96 || code.d != 13) continue;
    if (!has_line_break(line.data->brackets.front().text)) continue;
    reporter.error(line, "a text message contains CR or LF");
  }
}

struct ListRule {
  std::string_view obis;
  std::string_view shape_begins;  ///< distinguishes the Belgian list from the Hungarian one
  std::size_t head;               ///< brackets before the entries
  std::size_t entry;              ///< brackets of an entry
  std::size_t most;
};

constexpr std::array kLists{
    ListRule{"1-0:99.97.0", "(I1|I2)(=", 2, 2, 10},
    ListRule{"0-0:98.1.0", "(I1|I2)(=", 3, 3, 13},
};

/// Calls `report` with each list that the telegram holds: its line, row and number of entries.
template <class Report>
void for_each_list(const LintContext& context, Report report) {
  for (const ListRule& list : kLists) {
    const JudgedLine* const line = context.find(list.obis);
    if (line == nullptr || line->rule == nullptr || line->data->brackets.empty()) continue;
    if (!line->rule->shape.starts_with(list.shape_begins)) continue;
    const std::size_t brackets = line->data->brackets.size();
    const std::size_t body = brackets > list.head ? brackets - list.head : 0;
    report(*line, list, body / list.entry);
  }
}

void check_list_count(const LintContext& context, Reporter& reporter) {
  for_each_list(context, [&](const JudgedLine& line, const ListRule&, std::size_t entries) {
    const auto count = parse_decimal(line.data->brackets.front().text);
    if (!count || count->digits == static_cast<std::int64_t>(entries)) return;
    reporter.error(
        line, fmt::format("{} announced, {} found", line.data->brackets.front().text, entries));
  });
}

void check_list_length(const LintContext& context, Reporter& reporter) {
  for_each_list(context, [&](const JudgedLine& line, const ListRule& list, std::size_t entries) {
    if (entries <= list.most) return;
    reporter.error(line, fmt::format("at most {}, found {}", counted(list.most, "entry"), entries));
  });
}

constexpr std::array kChecks{
    LintCheck{{"bracket-count", "M-VAL-01", "an object has its brackets"},
              "",
              check_mismatch<Kind::kCount>},
    LintCheck{
        {"value-format", "M-VAL-01", "a value has its format"}, "", check_mismatch<Kind::kFormat>},
    LintCheck{{"unit-wrong", "M-VAL-01", "a value has the unit of its object"},
              "",
              check_mismatch<Kind::kUnit>},
    LintCheck{{"unit-missing", "M-VAL-01", "a value has a unit"}, "", check_missing_unit},
    LintCheck{{"fixed-text", "M-VAL-01", "a prescribed text is present"},
              "",
              check_mismatch<Kind::kFixed>},
    LintCheck{{"text-too-long", "M-VAL-01", "texts are within their length limit"},
              "",
              check_text_length},
    LintCheck{{"text-line-break", "M-FRM-02", "no CR LF in a text message"},
              "DSMR-P1 5.0.2 §7.2",
              check_text_line_breaks},
    LintCheck{{"list-count", "M-LOG-01", "a list has as many entries as it announces"},
              "",
              check_list_count},
    LintCheck{{"list-too-long", "M-LOG-01", "at most 10 failures, 13 month peaks"},
              "",
              check_list_length},
};

}  // namespace

std::span<const LintCheck> value_checks() { return kChecks; }

}  // namespace p1rig
