#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "conformance/suite/case.h"
#include "protocol/dialect.h"
#include "simulator/profile/profile.h"

namespace p1rig {

/// Stimulus number `index` of a seed for this meter: one to four telegrams at random moments, some
/// with faults, some with other devices, logs and lists. What is expected follows from what was done
/// to each, never from what a reader made of it: a telegram must be reported if and only if it was sent
/// whole and unaltered; an altered one must not be reported with altered values.
Case fuzz_case(std::uint64_t seed, std::uint64_t index,
               const std::shared_ptr<const Profile>& profile);

/// What is expected of a telegram with these faults.
CaseExpectation expectation_after(std::span<const FaultRequest> done, const Dialect& dialect);

/// The smallest such case that still fails; what is expected follows from what is left.
Case shrink_fuzz(Case one, const std::function<bool(const Case&)>& fails);

/// The case as a table that can be pasted into a file of conformance/cases/.
std::string to_toml(const Case& one);

}  // namespace p1rig
