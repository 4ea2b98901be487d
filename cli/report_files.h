#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/outputs.h"
#include "conformance/report/case_recording.h"
#include "conformance/report/cause_issues.h"
#include "conformance/report/report.h"
#include "conformance/report/whole_file.h"
#include "conformance/run/waivers.h"

namespace p1rig {

/// The files that `conform` was asked to write. They are opened before the run, so that it is not done in
/// vain, and written after it.
class ReportFiles {
 public:
  static void declare(Options& options);

  /// Returns the exit code if a file cannot be written, is one of the sources of the run, or is not
  /// ours, after saying so.
  int open(const Options& options, const std::vector<std::string>& sources);

  /// Likewise. `before` are the waivers that the run had.
  int write(const ConformReport& report, const Waivers& before);

 private:
  struct Form {
    WholeFile file;
    std::string (*write)(const ConformReport& report);
    bool appended = false;
  };
  /// Claims and opens the file of an option, and hands it over if there is one.
  int open_one(const Options& options, const char* option, const OutputKind& kind,
               const std::function<void(WholeFile)>& take);
  int open_form(const Options& options, const ReportForm& form);
  int open_waivers(const Options& options);

  OutputGuard guard_{false};
  std::vector<Form> forms_;
  std::optional<WholeFile> waivers_;
  Waivers earlier_;  ///< what is in that file
  std::optional<CaseRecording> recording_;
  std::optional<CauseIssues> issues_;
};

}  // namespace p1rig
