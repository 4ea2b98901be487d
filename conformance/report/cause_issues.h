#pragma once

#include <string>

#include "conformance/run/conform.h"
#include "protocol/result.h"
#include "simulator/files/output_guard.h"

namespace p1rig {

/// A directory with a Markdown file for each cause of a run, ready to be posted where the reader is
/// developed, and beside it the bytes that show it: NAME.md, NAME.bin. Files of an earlier run whose
/// cause is gone are removed; files that p1rig did not write are kept.
class CauseIssues {
 public:
  /// Creates the directory, and checks that files can be written into it.
  static Result<CauseIssues> open(const std::string& folder);

  /// A file that p1rig did not write is an error, by `guard`.
  Result<void> write(const ConformReport& report, OutputGuard& guard) const;

 private:
  explicit CauseIssues(std::string folder) : folder_(std::move(folder)) {}

  std::string folder_;
};

}  // namespace p1rig
