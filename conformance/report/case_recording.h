#pragma once

#include <string>

#include "conformance/run/conform_report.h"
#include "protocol/result.h"
#include "simulator/files/output_guard.h"

namespace p1rig {

/// Keeps what went over the line as recordings (simulator/line/recording.h), each with its note: the
/// whole run in a file F.pcap, or one file per case worth keeping in a directory. Made from the wire
/// logs: each time is when a telegram began to be sent, and the longest cases are incomplete.
class CaseRecording {
 public:
  /// An error if the directory has a file that p1rig did not write, by `guard`, under a name that the
  /// recording of a case, or its note, could have: CASE@PROFILE@LINE.
  static Result<void> check(const std::string& path, const OutputGuard& guard);

  /// Checks that it can be written. A directory is made with the first file in it.
  static Result<CaseRecording> open(const std::string& path);

  /// True if the path names one file, not a directory.
  static bool is_file(const std::string& path);

  /// Files in the directory that p1rig did not write are kept, by `guard`, and are an error.
  Result<void> write(const ConformReport& report, OutputGuard& guard) const;

 private:
  explicit CaseRecording(std::string path) : path_(std::move(path)) {}

  std::string path_;
};

}  // namespace p1rig
