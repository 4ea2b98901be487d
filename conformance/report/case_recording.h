#pragma once

#include <string>

#include "conformance/run/conform.h"
#include "protocol/result.h"
#include "simulator/files/output_guard.h"

namespace p1rig {

/// Keeps what went over the line as recordings (simulator/line/recording.h), each with its note: all of
/// the run in a file F.pcap, or a file for each case that is worth it in a folder. Made of the wire
/// logs: a time is that at which a telegram began to be sent, and the longest cases are not whole.
class CaseRecording {
 public:
  /// Finds out whether that can be written, and makes the folder.
  static Result<CaseRecording> open(const std::string& path);

  /// True for the name of one file, where it is none of a folder.
  static bool is_file(const std::string& path);

  /// In a folder, files that are not ours stay, by `guard`, and are an error.
  Result<void> write(const ConformReport& report, OutputGuard& guard) const;

 private:
  explicit CaseRecording(std::string path) : path_(std::move(path)) {}

  std::string path_;
};

}  // namespace p1rig
