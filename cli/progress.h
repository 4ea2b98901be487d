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

  void plan(std::size_t results, std::chrono::milliseconds likely);
  void begin(const Case& one, const std::string& profile);
  void take(const CaseResult& result);
  void shrink(std::size_t number, std::size_t of);

  /// Removes the line; nothing is written from then on.
  void finish();

 private:
  std::string text() const;
  void show();

  bool terminal_ = false;
  std::size_t planned_ = 0, done_ = 0, failed_ = 0;
  std::chrono::milliseconds likely_{}, likely_done_{};  ///< of the results
  std::string what_;                                    ///< that is being done
  std::chrono::steady_clock::time_point began_;
  std::mutex mutex_;  ///< of everything above
  std::condition_variable ended_;
  bool is_over_ = false;
  std::thread writer_;  ///< of the lines
};

/// How far a run is.
struct Advance {
  std::size_t done = 0, planned = 0;
  std::chrono::milliseconds likely_done{},
      likely{};  ///< what that was expected to take, and all of it
  std::chrono::seconds elapsed{};
};

/// "41 of 1187, 2 min left": as slow or fast as it was until now, by what the cases are likely to take.
std::string progress_text(const Advance& advance);

}  // namespace p1rig
