#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "conformance/suite/case.h"
#include "protocol/result.h"

namespace p1rig {

/// What `p1rig vectors` should write; empty lists mean all.
struct VectorPlan {
  std::filesystem::path folder;
  std::vector<std::string> profiles;  ///< names; else one meter for each dialect
  std::vector<std::string> dialects;  ///< globs
  std::vector<std::string> cases;     ///< globs over ids
  std::uint64_t seed = 1;
  std::optional<std::uint64_t> id_seed = {};  ///< of the meters' identifiers; nothing: the seed
};

/// An error if the plan selects nothing, or its directory holds anything but vectors.
Result<void> check_plan(const VectorPlan& plan, const std::vector<Case>& cases);

/// Writes the cases that are not about time or the line as files: DIALECT/PROFILE/CASE.bin with the
/// bytes, a sentinel telegram last, beside .json with what is expected of each telegram; index.json,
/// README.md and LICENSE. Returns how many. The plan has passed check_plan(); vectors that are already
/// in the directory are removed first. An error says what could not be written; the index is written
/// last, so that everything it lists is complete.
Result<std::size_t> write_vectors(const VectorPlan& plan, const std::vector<Case>& cases);

}  // namespace p1rig
