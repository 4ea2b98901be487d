#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <set>
#include <tuple>

#include "conformance/judge/lint_check.h"
#include "conformance/judge/words.h"
#include "protocol/unit.h"

// The objects of one telegram beside each other: which are there, and whether they agree.

namespace p1rig {
namespace {

void check_duplicates(const LintContext& context, Reporter& reporter) {
  std::set<Obis> seen;
  for (const JudgedLine& line : context.lines) {
    if (seen.insert(line.data->code->code).second) continue;
    reporter.error(line, "the object appears twice");
  }
}

void check_any_object(const LintContext& context, Reporter& reporter) {
  if (context.verdict != TelegramVerdict::kEmpty) return;
  reporter.report(Severity::kError, 1, 0, "the telegram has no object");
}

void check_minimum(const LintContext& context, Reporter& reporter) {
  if (context.verdict == TelegramVerdict::kEmpty) return;
  std::string missing;
  for_each_word(context.dialect.minimum, [&](std::string_view obis) {
    if (context.find(obis) == nullptr) missing.append(missing.empty() ? "" : " ").append(obis);
  });
  if (missing.empty()) return;
  reporter.report(Severity::kWarning, 1, 0, "missing: " + missing);
}

void check_version(const LintContext& context, Reporter& reporter) {
  const VersionObject& version = context.dialect.version;
  const JudgedLine* const line = version.obis.empty() ? nullptr : context.find(version.obis);
  if (line == nullptr || line->data->brackets.empty()) return;
  const std::string_view text = line->data->brackets.front().text;
  if (matches_glob(version.values, text)) return;
  reporter.error(
      *line, fmt::format("{} has {}, found {}", context.dialect.document, version.values, text));
}

/// Belgium replaced the Dutch version object (e-MUCS H 1.3 §3.3.1), which came with the CRC.
void check_version_place(const LintContext& context, Reporter& reporter) {
  const JudgedLine* const line = context.find("1-3:0.2.8");
  const JudgedLine* const belgian = context.find("0-0:96.1.4");
  if (!context.dialect.has_crc && (line != nullptr || belgian != nullptr)) {
    reporter.error(line != nullptr ? *line : *belgian,
                   fmt::format("{} has no version object; dialects with a version have a CRC",
                               context.dialect.document));
  }
  if (line == nullptr) return;
  if (context.is("emucs-*")) reporter.error(*line, "Belgium has its version in 0-0:96.1.4");
  if (context.is("lux-*") && line != &context.lines.front()) {
    reporter.error(*line, "the version is the first object");
  }
}

/// L1, L2 and L3 have the codes C = 21 to 39, 41 to 59 and 61 to 79.
constexpr int kCodesPerPhase = 20;

void check_phases(const LintContext& context, Reporter& reporter) {
  struct Group {
    std::array<const JudgedLine*, 3> phases{};
  };
  std::map<std::tuple<int, int, int, int>, Group> groups;
  for (const JudgedLine& line : context.lines) {
    const Obis code = line.data->code->code;
    const int phase = code.c / kCodesPerPhase;
    const int kind = code.c % kCodesPerPhase;
    if (line.rule == nullptr || code.a != 1 || phase < 1 || phase > 3 || kind == 0) continue;
    groups[{code.b, kind, code.d, code.e}].phases[static_cast<std::size_t>(phase - 1)] = &line;
  }
  for (const auto& [key, group] : groups) {
    const auto& [l1, l2, l3] = group.phases;
    if ((l2 != nullptr) == (l3 != nullptr) && (l1 != nullptr || l2 == nullptr)) continue;
    const JudgedLine* const present = l2 != nullptr ? l2 : l3;
    reporter.warning(*present, "some of three phases are missing");
  }
}

/// The power of the object in mW; nothing if it is not there or no active power.
std::optional<std::int64_t> power_mw(const LintContext& context, std::string_view obis) {
  const JudgedLine* const line = context.find(obis);
  const auto number = context.number(obis);
  if (line == nullptr || !number) return std::nullopt;
  const auto unit = find_unit(split_unit(line->data->brackets.front().text).unit);
  if (!unit || unit->dimension != Dimension::kActivePower) return std::nullopt;
  const auto exact = scaled(*number, unit->exponent + 3);
  if (!exact || exact->decimals != 0) return std::nullopt;
  return exact->digits;
}

void check_directions(const LintContext& context, Reporter& reporter) {
  const auto to_client = power_mw(context, "1-0:1.7.0");
  const auto by_client = power_mw(context, "1-0:2.7.0");
  if (to_client.value_or(0) == 0 || by_client.value_or(0) == 0) return;
  reporter.warning(*context.find("1-0:2.7.0"), "power flows both ways at once");
}

/// The sum over the phases; nothing if the telegram has none of them.
std::optional<std::int64_t> phase_sum_mw(const LintContext& context,
                                         const std::array<std::string_view, 3>& phases) {
  std::optional<std::int64_t> sum;
  for (const std::string_view phase : phases) {
    if (const auto power = power_mw(context, phase)) sum = sum.value_or(0) + *power;
  }
  return sum;
}

/// Totals and phases are not sampled together, so only a gross difference counts.
void check_phase_sum(const LintContext& context, Reporter& reporter) {
  constexpr std::int64_t kTolerance = 500'000;  // mW
  const auto total_to = power_mw(context, "1-0:1.7.0");
  const auto total_by = power_mw(context, "1-0:2.7.0");
  const auto phases_to = phase_sum_mw(context, {"1-0:21.7.0", "1-0:41.7.0", "1-0:61.7.0"});
  const auto phases_by = phase_sum_mw(context, {"1-0:22.7.0", "1-0:42.7.0", "1-0:62.7.0"});
  if (!total_to || !phases_to || total_by.has_value() != phases_by.has_value()) return;
  const std::int64_t total = *total_to - total_by.value_or(0);
  const std::int64_t phases = *phases_to - phases_by.value_or(0);
  const std::int64_t difference = std::abs(total - phases);
  if (difference <= kTolerance || difference <= std::abs(total) / 4) return;
  reporter.warning(
      *context.find("1-0:1.7.0"),
      fmt::format("the total is {} W, the phases give {} W", total / 1000, phases / 1000));
}

constexpr std::array kChecks{
    LintCheck{{"duplicate-object", "M-VAL-01", "an object appears once"},
              "DSMR-P1 5.0.2 §6.12",
              check_duplicates},
    LintCheck{{"no-object", "M-VAL-01", "a telegram has objects"},
              "DSMR-P1 5.0.2 §6.2",
              check_any_object},
    LintCheck{{"missing-object", "M-VAL-01", "the mandatory objects are present"},
              "DSMR-P1 5.0.2 §6.12",
              check_minimum},
    LintCheck{
        {"version-value", "M-VAL-01", "the version is that of the dialect"}, "", check_version},
    LintCheck{{"version-object", "M-VAL-01", "the version is where the dialect puts it"},
              "",
              check_version_place},
    LintCheck{{"phase-missing", "M-PHA-01", "an object of L2 also exists for L1 and L3"},
              "DSMR-P1 5.0.2 §6.12",
              check_phases},
    LintCheck{{"power-both-ways", "M-VAL-01", "power flows one way"},
              "DSMR-P1 5.0.2 §6.12",
              check_directions},
    LintCheck{{"power-phase-sum", "M-VAL-01", "the phases add up to the total, roughly"},
              "DSMR-P1 5.0.2 §6.12",
              check_phase_sum},
};

}  // namespace

std::span<const LintCheck> object_checks() { return kChecks; }

}  // namespace p1rig
