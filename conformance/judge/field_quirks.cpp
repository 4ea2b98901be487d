#include "conformance/judge/field_quirks.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "conformance/judge/lint_check.h"
#include "protocol/ascii.h"
#include "protocol/shape.h"

namespace p1rig {
namespace {

const Shape* shape_of(const FieldQuirk& quirk) {
  static const std::map<const FieldQuirk*, Shape> shapes = [] {
    std::map<const FieldQuirk*, Shape> all;
    for (const Dialect& dialect : dialects()) {
      for (const FieldQuirk& row : dialect.quirks) {
        if (auto shape = parse_shape(row.shape)) all.emplace(&row, std::move(*shape));
      }
    }
    return all;
  }();
  const auto found = shapes.find(&quirk);
  return found == shapes.end() ? nullptr : &found->second;
}

/// The line that the finding is about; nullptr if it is about none.
const JudgedLine* line_of(const LintContext& context, const Finding& finding) {
  const auto after = std::ranges::upper_bound(
      context.lines, finding.line, {}, [](const JudgedLine& line) { return line.data->line; });
  if (after == context.lines.begin()) return nullptr;
  const JudgedLine& line = *std::prev(after);
  return to_string(line.data->code->code) == finding.obis ? &line : nullptr;
}

bool matches(const Shape& shape, const std::vector<std::string>& texts) {
  return match(shape, std::vector<std::string_view>(texts.begin(), texts.end())).empty();
}

/// With a '*' before the unit, if it has none.
std::string with_star(std::string text) {
  const auto unit = std::ranges::find_if(text, is_letter);
  if (unit != text.end() && text.find('*') == std::string::npos) text.insert(unit, '*');
  return text;
}

bool has_shape(const JudgedLine& line, const FieldQuirk& quirk) {
  std::vector<std::string> texts;
  for (const Bracket& bracket : line.data->brackets) texts.emplace_back(bracket.text);
  if (quirk.shape != FieldQuirk::kLoose) {
    const Shape* const shape = shape_of(quirk);
    return shape != nullptr && matches(*shape, texts);
  }
  if (line.shape == nullptr) return false;
  for (std::string& text : texts) std::erase(text, ' ');
  if (matches(*line.shape, texts)) return true;
  for (std::string& text : texts) text = with_star(std::move(text));
  return matches(*line.shape, texts);
}

bool fits(const LintContext& context, const Finding& finding, const FieldQuirk& quirk) {
  if (!matches_glob(quirk.rules, finding.rule)) return false;
  if (quirk.obis.empty()) return true;
  if (!matches_glob(quirk.obis, finding.obis)) return false;
  const JudgedLine* const line = line_of(context, finding);
  return quirk.shape.empty() || (line != nullptr && has_shape(*line, quirk));
}

/// Those of such meters.
std::vector<const FieldQuirk*> quirks_of(const LintContext& context) {
  std::vector<const FieldQuirk*> quirks;
  for (const FieldQuirk& quirk : context.dialect.quirks) {
    if (matches_glob(quirk.identification, context.telegram.identification)) {
      quirks.push_back(&quirk);
    }
  }
  return quirks;
}

}  // namespace

void apply_field_quirks(const LintContext& context, std::vector<Finding>& findings) {
  if (findings.empty()) return;
  const std::vector<const FieldQuirk*> quirks = quirks_of(context);
  for (Finding& finding : findings) {
    if (finding.severity == Severity::kQuirk) continue;
    const auto known = std::ranges::find_if(
        quirks, [&](const FieldQuirk* quirk) { return fits(context, finding, *quirk); });
    if (known == quirks.end()) continue;
    finding.severity = Severity::kQuirk;
    finding.source = (*known)->source;
  }
}

}  // namespace p1rig
