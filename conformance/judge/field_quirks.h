#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "conformance/judge/lint.h"

namespace p1rig {

struct LintContext;

/// A deviation that many meters are known for: of a dialect, of a maker, of a family. What one meter
/// has, its profile says ([[quirk]]).
struct FieldQuirk {
  std::string_view dialects;        ///< globs
  std::string_view identification;  ///< globs, of what stands behind '/'
  std::string_view rules;           ///< globs
  std::string_view obis;            ///< globs over plain codes; empty: the rule is of no one object
  /// What was seen there, in the notation of protocol/shape.h, or a word of the .cpp; empty where the
  /// rule tells all. Anything else stays what it is.
  std::string_view shape;
  std::string_view source;
};

std::span<const FieldQuirk> field_quirks();

/// Makes quirks of what is known from the field.
void apply_field_quirks(const LintContext& context, std::vector<Finding>& findings);

}  // namespace p1rig
