#include "cli/progress.h"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "protocol/wording.h"

namespace p1rig {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kBetweenLines{10};
/// With fewer results the remaining time cannot be estimated.
constexpr std::size_t kEnough = 5;

std::size_t width_of_terminal() {
  winsize size{};
  const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

std::string duration_text(seconds time) {
  if (time < seconds{90}) return fmt::format("{} s", time.count());
  return fmt::format("{} min", (time.count() + 30) / 60);
}

}  // namespace

std::string progress_text(const Advance& advance) {
  if (advance.planned == 0) return counted(advance.done, "result");
  const std::size_t planned = std::max(advance.planned, advance.done);
  std::string text = fmt::format("{} of {}", advance.done, planned);
  const bool is_known = advance.done >= kEnough && advance.likely_done > milliseconds{0};
  if (!is_known || advance.done == planned) return text;
  const auto to_come = std::max(advance.likely - advance.likely_done, milliseconds{0});
  const auto left = advance.elapsed.count() * to_come.count() / advance.likely_done.count();
  return text + ", " + duration_text(seconds{left}) + " left";
}

Progress::Progress(bool lines) : began_(std::chrono::steady_clock::now()) {
  terminal_ = !lines && ::isatty(STDERR_FILENO) == 1;
  if (!lines) return;
  writer_ = std::thread([this] {
    std::unique_lock lock(mutex_);
    while (!ended_.wait_for(lock, kBetweenLines, [this] { return is_over_; })) {
      fmt::print(stderr, "p1rig: {}\n", text());
      std::fflush(stderr);
    }
  });
}

Progress::~Progress() { finish(); }

void Progress::plan(std::size_t results, milliseconds likely) {
  const std::lock_guard lock(mutex_);
  planned_ = results;
  likely_ = likely;
}

void Progress::begin(const Case& one, const std::string& profile) {
  const std::lock_guard lock(mutex_);
  what_ = fmt::format("{} at {}", one.id, profile);
  show();
}

void Progress::shrink(std::size_t number, std::size_t of) {
  const std::lock_guard lock(mutex_);
  what_ = fmt::format("making the failures smaller, cause {} of {}", number, of);
  show();
}

void Progress::take(const CaseResult& result) {
  const std::lock_guard lock(mutex_);
  ++done_;
  likely_done_ += result.likely;
  const bool failed = result.outcome == Outcome::kFail || result.outcome == Outcome::kCrash ||
                      result.outcome == Outcome::kHang;
  failed_ += failed ? 1 : 0;
  show();
}

void Progress::finish() {
  {
    const std::lock_guard lock(mutex_);
    if (is_over_) return;
    is_over_ = true;
  }
  ended_.notify_all();
  if (writer_.joinable()) writer_.join();
  if (terminal_) fmt::print(stderr, "\r\x1B[K");
}

/// "41 of 1187, 2 min left, 3 failures: dsmr-5.0.2/6.2/crc-wrong at iskra-am550".
std::string Progress::text() const {
  const auto elapsed =
      std::chrono::duration_cast<seconds>(std::chrono::steady_clock::now() - began_);
  std::string text = progress_text({.done = done_,
                                    .planned = planned_,
                                    .likely_done = likely_done_,
                                    .likely = likely_,
                                    .elapsed = elapsed});
  if (failed_ > 0) text += ", " + counted(failed_, "failure");
  if (!what_.empty()) text += ": " + what_;
  return text;
}

void Progress::show() {
  if (!terminal_) return;
  std::string line = text();
  // A wrapped line could not be erased.
  line.resize(std::min(line.size(), width_of_terminal() - 1));
  fmt::print(stderr, "\r\x1B[K{}", line);
  std::fflush(stderr);
}

}  // namespace p1rig
