#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <thread>

#include "conformance/run/case_result.h"

namespace p1rig {

/// Shows the progress of a run on standard error: on a terminal as one line that is kept up to date,
/// with `lines` as a line every ten seconds, to any output; else not at all.
class Progress {
 public:
  explicit Progress(bool lines);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void plan(std::size_t results);
  void begin(const Case& one, const std::string& profile);
  void take(const CaseResult& result);

  /// Removes the line; nothing is written from then on.
  void finish();

 private:
  std::string text() const;
  void show();

  bool terminal_ = false;
  std::size_t planned_ = 0, done_ = 0, failed_ = 0;
  std::string case_, profile_;
  std::chrono::steady_clock::time_point began_;
  std::mutex mutex_;  ///< of everything above
  std::condition_variable ended_;
  bool is_over_ = false;
  std::thread writer_;  ///< of the lines
};

/// "41 of 1187, 2 min left".
std::string progress_text(std::size_t done, std::size_t planned, std::chrono::seconds elapsed);

}  // namespace p1rig
