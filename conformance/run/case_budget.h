#pragma once

#include <chrono>

#include "conformance/run/reader_session.h"
#include "conformance/suite/case.h"

namespace p1rig {

/// The number of ordinary telegrams at the end of each case that decide whether the reader still works.
inline constexpr int kSentinels = 3;
/// Enough to see a value that is wrong now and then, and done in a moment.
inline constexpr int kOrdinaryTelegrams = 12;

/// The time that a case takes by itself: its own silences, and the reader's minimum intervals.
std::chrono::milliseconds own_time_of(const Case& one, const RunnerSettings& settings,
                                      const Dialect& dialect);

/// About how long a case takes with a reader that reports at once, to tell how far a run is: its
/// silences, and the time for its telegrams and bytes.
std::chrono::milliseconds likely_time_of(const Case& one, const RunnerSettings& settings,
                                         const Dialect& dialect);

}  // namespace p1rig
