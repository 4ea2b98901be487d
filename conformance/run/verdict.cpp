#include "conformance/run/verdict.h"

#include <algorithm>
#include <utility>

#include "conformance/judge/line_judge.h"

namespace p1rig {
namespace {

/// True for a step that changes what its telegram says.
bool changes_values(const CaseStep& step) {
  return step.time || !step.set.empty() || step.devices || step.failures || step.peaks ||
         !step.replace.empty() || !step.remove.empty() || !step.add.empty();
}

bool asks_values(const CaseExpectation& expectation) {
  return !expectation.literal.empty() || !expectation.absent.empty() ||
         !expectation.invalid.empty() || !expectation.optional.empty() || expectation.mbus;
}

/// True if the telegram has to be reported with all its values.
bool is_usual(const CaseExpectation& expectation) {
  return expectation.whole == Expectation::Whole::kValues && !asks_values(expectation) &&
         expectation.anything.empty() && !expectation.may_repeat;
}

/// True for a step that does more than send one ordinary telegram.
bool is_special(const Case& one, const CaseStep& step) {
  return changes_values(step) || step.identification || !step.faults.empty() || step.bytes ||
         step.action || !step.crc.empty() || step.count > 1 || !step.wait ||
         (one.expect.contains(step.id) && !is_usual(one.expect.at(step.id)));
}

/// The lower, the closer to what the case is about.
int distance(const Mismatch& mismatch) {
  switch (mismatch.topic) {
    case Topic::kSurvival:
      return 0;
    case Topic::kLine:
      return 1;
    case Topic::kReported:
    case Topic::kLost:
      return mismatch.standing == Standing::kSubject ? 2 : 4;
    case Topic::kMixed:
    case Topic::kValue:
    case Topic::kDevice:
    case Topic::kTariff:
      return mismatch.is_asked ? 2 : mismatch.standing == Standing::kSubject ? 3 : 5;
    case Topic::kContract:
      break;
  }
  return 6;
}

bool is_about_line_only(const Case& one) {
  return !one.judges.empty() && std::ranges::all_of(one.judges, [](const std::string& name) {
    return find_line_judge(name)->is_alone;
  });
}

}  // namespace

std::string_view to_string(SubjectKind kind) {
  switch (kind) {
    case SubjectKind::kReported:
      return "reported";
    case SubjectKind::kValue:
      return "value";
    case SubjectKind::kLine:
      break;
  }
  return "line";
}

SubjectKind subject_of(const Case& one) {
  if (is_about_line_only(one)) return SubjectKind::kLine;
  const bool values =
      std::ranges::any_of(one.steps, changes_values) ||
      std::ranges::any_of(one.expect, [](const auto& entry) { return asks_values(entry.second); });
  return values ? SubjectKind::kValue : SubjectKind::kReported;
}

Standing standing_of(const Case& one, const CaseStep& step) {
  if (is_special(one, step)) return Standing::kSubject;
  const auto first = std::ranges::find_if(
      one.steps, [&](const CaseStep& other) { return is_special(one, other); });
  // If nothing is special, all of it is what the case is about.
  if (first == one.steps.end()) return Standing::kSubject;
  return &step < &*first ? Standing::kBefore : Standing::kAfter;
}

std::string trait_of(const Mismatch& mismatch) {
  switch (mismatch.topic) {
    case Topic::kMixed:
    case Topic::kValue:
      return mismatch.code ? to_string(*mismatch.code) : "";
    case Topic::kDevice:
      return "mbus";
    case Topic::kTariff:
      return "tariffs";
    case Topic::kReported:
    case Topic::kLost:
      return "reported";
    default:
      return "";
  }
}

Verdict decide(const Case& one, std::vector<Mismatch> mismatches, const OrdinaryTraits& traits) {
  Verdict verdict;
  const bool line_only = is_about_line_only(one);
  bool lost_before = false, more_than_lost = false;
  std::string blocked_by;
  const auto is_same_as_ordinary = [&](const Mismatch& mismatch) {
    const auto trait = traits.find(trait_of(mismatch));
    if (trait == traits.end() || !trait->second.ways.contains(mismatch.way)) return false;
    if (blocked_by.empty()) blocked_by = trait->second.shown_by;
    return true;
  };
  const auto is_against = [&](const Mismatch& mismatch) {
    const bool is_trait = traits.contains(trait_of(mismatch));
    switch (mismatch.topic) {
      case Topic::kLine:
      case Topic::kContract:
      case Topic::kSurvival:
        return true;
      case Topic::kReported:
        // Earlier telegrams may be reported again because of the subject.
        return !line_only && (mismatch.standing == Standing::kSubject || !is_trait);
      case Topic::kLost:
        if (line_only || mismatch.standing == Standing::kBefore) return false;
        return mismatch.standing == Standing::kSubject || !is_trait;
      case Topic::kMixed:
        if (line_only || mismatch.standing == Standing::kBefore) return false;
        return mismatch.is_asked ? !is_same_as_ordinary(mismatch) : !is_trait;
      case Topic::kValue:
      case Topic::kDevice:
      case Topic::kTariff:
        break;
    }
    if (line_only || mismatch.standing != Standing::kSubject) return false;
    return mismatch.is_asked ? !is_same_as_ordinary(mismatch) : !is_trait;
  };
  for (Mismatch& mismatch : mismatches) {
    lost_before =
        lost_before || (mismatch.topic == Topic::kLost && mismatch.standing == Standing::kBefore);
    if (!is_against(mismatch)) {
      verdict.besides.push_back(std::move(mismatch));
      continue;
    }
    more_than_lost = more_than_lost || mismatch.topic != Topic::kLost;
    verdict.against.push_back(std::move(mismatch));
  }
  std::ranges::stable_sort(verdict.against, {}, distance);
  verdict.is_blocked = lost_before && !more_than_lost && !line_only;
  if (verdict.against.empty()) verdict.blocked_by = std::move(blocked_by);
  return verdict;
}

}  // namespace p1rig
