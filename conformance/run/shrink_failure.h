#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "conformance/run/case_runner.h"
#include "protocol/result.h"

namespace p1rig {

/// A case that fails as another one did, with less in what it sends.
struct SmallFailure {
  std::shared_ptr<const Case> one;
  CaseResult result;  ///< of a reader that was started for it
};

/// What a failure is made smaller with, all at the same meter.
struct ShrinkBench {
  CaseRunner& reader;
  /// The reference reader, started: a case that it fails does not show what the reader does wrong.
  CaseRunner& reference;
  StimulusMaker& plain;  ///< does not seal, to see the lines of telegrams
  /// For looking for something smaller; not counted is that it is sent once before and once after.
  std::chrono::nanoseconds limit;
  std::function<bool()> is_over = [] { return false; };  ///< true ends everything at once
};

/// Sends the case again, and then less and less of it. It stays the same failure: the same outcome,
/// the same kind of message about the same telegram and object, or the same last words; the
/// expectations are still the case's own, since the reference reader meets them; and what else was
/// changed about its telegrams does no harm by itself. The error says why the failure has to be
/// shown as it was sent.
Result<SmallFailure> shrink_failure(const ShrinkBench& bench, const CaseResult& failed);

/// What stays the same, for messages that differ in their values only.
std::string kind_of_failure(const CaseResult& result);

}  // namespace p1rig
