#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/judge/telegram_judge.h"
#include "conformance/suite/case.h"

namespace p1rig {

// A case fails for its own reason or not at all. Its subject is what it does to the line or to a
// telegram, and what it asks of it; everything else is ordinary and decides nothing.

/// What a case is about.
enum class SubjectKind : std::uint8_t {
  kReported,  ///< whether telegrams are reported or rejected
  kValue,     ///< what is reported about an object, the devices, the tariffs
  kLine       ///< the reader's end of the line, and nothing else
};
/// "reported", "value", "line": as `p1rig cases` shows it.
std::string_view to_string(SubjectKind kind);
SubjectKind subject_of(const Case& one);

/// The standing of the telegrams of a step of the case.
Standing standing_of(const Case& one, const CaseStep& step);

/// What a reader reports wrongly in every ordinary telegram, or now and then.
struct OrdinaryTrait {
  std::string shown_by;        ///< the id of the case
  std::set<std::string> ways;  ///< in which it is wrong (Mismatch)
  bool operator==(const OrdinaryTrait&) const = default;
};
/// By what it is about: the code of an object, "mbus", "tariffs" or "reported".
using OrdinaryTraits = std::map<std::string, OrdinaryTrait>;

/// The trait that a mismatch would be in an ordinary telegram.
std::string trait_of(const Mismatch& mismatch);

/// What was found in one case, divided by whether it counts.
struct Verdict {
  std::vector<Mismatch> against;  ///< its subject decides the case, the nearest to it first
  std::vector<Mismatch> besides;  ///< not counted
  bool is_blocked = false;        ///< a telegram before the subject was lost, nothing else is known
  /// What the case asks for is wrong as in ordinary telegrams, and nothing else is: the case of these
  /// that shows it. Wrong in another way, it counts.
  std::string blocked_by = {};
};
Verdict decide(const Case& one, std::vector<Mismatch> mismatches, const OrdinaryTraits& traits);

}  // namespace p1rig
