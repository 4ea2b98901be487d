#pragma once

#include <string>

#include "conformance/run/conform.h"
#include "protocol/result.h"
#include "simulator/files/output_guard.h"

namespace p1rig {

/// A folder with a file in Markdown for each cause of a run, ready to be posted where the reader is
/// developed, and beside it the bytes that show it: NAME.md, NAME.bin. Those of an earlier run that no
/// cause has any more are removed; what is not ours stays.
class CauseIssues {
 public:
  /// Makes the folder, and finds out whether anything can be written into it.
  static Result<CauseIssues> open(const std::string& folder);

  /// A file that is not ours, by `guard`, is an error.
  Result<void> write(const ConformReport& report, OutputGuard& guard) const;

 private:
  explicit CauseIssues(std::string folder) : folder_(std::move(folder)) {}

  std::string folder_;
};

}  // namespace p1rig
