#pragma once

#include <string>

#include "conformance/report/output_folder.h"
#include "conformance/run/conform_report.h"
#include "protocol/result.h"
#include "simulator/files/output_guard.h"

namespace p1rig {

/// A directory with a Markdown file for each cause of a run, ready to be posted where the reader is
/// developed, and beside it the bytes that show it: NAME.md, NAME.bin. Files of an earlier run whose
/// cause is gone are removed; files that p1rig did not write are kept.
class CauseIssues {
 public:
  /// An error if the directory has a file that p1rig did not write, by `guard`, under a name that a cause
  /// could have: small letters, digits and '-', then .md or .bin.
  static Result<void> check(const std::string& folder, const OutputGuard& guard);

  /// Checks that files can be written into it. The directory is made with the first of them.
  static Result<CauseIssues> open(const std::string& folder);

  /// A file that p1rig did not write is an error, by `guard`.
  Result<void> write(const ConformReport& report, OutputGuard& guard) const;

 private:
  explicit CauseIssues(OutputFolder folder) : folder_(std::move(folder)) {}

  OutputFolder folder_;
};

}  // namespace p1rig
