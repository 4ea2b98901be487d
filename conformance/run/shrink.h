#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "conformance/suite/case.h"

namespace p1rig {

/// A data line that could be left out of a telegram: its code, and its brackets.
using TelegramLine = std::pair<std::string, std::string>;

/// How a failing case is made smaller.
struct Shrinking {
  /// True if this smaller case fails as the whole one does. `plain` are its telegrams without what is
  /// special about them, so that it can be seen that nothing else makes the reader fail; without
  /// steps if no telegram was changed.
  std::function<bool(const Case& smaller, const Case& plain)> fails;
  /// The data lines of the telegram of a step, without those that the case is about. Empty: telegrams
  /// stay as they are.
  std::function<std::vector<TelegramLine>(const Case& one, const CaseStep& step)> lines = {};
  /// Sets what follows from what is sent; empty if the expectations are the case's own, and its faults
  /// are left out or stay as they are.
  std::function<void(Case& smaller)> expect = {};
  int most = 400;  ///< questions
};

/// The smallest case that still fails: fewer steps, fewer telegrams, fewer lines, fewer faults and
/// conditions, fewer bytes, shorter values, a shorter identification, in this order. Its id stays.
Case shrink(Case one, const Shrinking& how);

/// Which of `count` items are needed, by delta debugging (Zeller and Hildebrandt: Simplifying and
/// Isolating Failure-Inducing Input, 2002): asks whether it fails with only these items. None of the
/// result can be left out alone. All of them fail, which is not asked.
std::vector<std::size_t> needed_of(
    std::size_t count, const std::function<bool(const std::vector<std::size_t>& kept)>& fails);

}  // namespace p1rig
