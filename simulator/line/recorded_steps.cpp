#include "simulator/line/recorded_steps.h"

#include <algorithm>
#include <utility>

namespace p1rig {
namespace {

using std::chrono::nanoseconds;

/// Packets of one telegram follow each other sooner: a longer silence ends it for most readers.
constexpr nanoseconds kShortestPause = std::chrono::milliseconds(200);

/// Of a recording that has no pause: one telegram.
constexpr nanoseconds kUsualPause = std::chrono::seconds(1);

}  // namespace

Result<RecordedSteps> RecordedSteps::open(std::string path, std::optional<std::uint64_t> times) {
  auto reader = RecordingReader::open(path);
  if (!reader) return tl::make_unexpected(reader.error());
  return RecordedSteps(std::move(path), times, std::move(*reader));
}

RecordedSteps::RecordedSteps(std::string path, std::optional<std::uint64_t> times,
                             RecordingReader reader)
    : path_(std::move(path)), times_left_(times), reader_(std::move(reader)), pause_(kUsualPause) {
  if (times_left_) --*times_left_;
}

std::optional<ReplayStep> RecordedSteps::next() {
  for (;;) {
    auto event = reader_.next();
    if (!event) {
      trouble_ = event.error().message;
      return std::nullopt;
    }
    if (!*event) {
      if (!begin_again()) return std::nullopt;
      continue;
    }
    if (!first_) first_ = (*event)->time;
    if ((*event)->type == SerialEvent::kDataReceived && !(*event)->bytes.empty()) {
      has_bytes_ = true;
      return ReplayStep{due_at((*event)->time - *first_), std::move((*event)->bytes)};
    }
  }
}

/// False if there is no other round.
bool RecordedSteps::begin_again() {
  if (!has_bytes_ || times_left_ == 0) return false;
  if (times_left_) --*times_left_;
  auto reader = RecordingReader::open(path_);
  if (!reader) {
    trouble_ = reader.error().message;
    return false;
  }
  reader_ = std::move(*reader);
  first_.reset();
  is_new_round_ = true;
  return true;
}

nanoseconds RecordedSteps::due_at(nanoseconds since_first) {
  if (std::exchange(is_new_round_, false)) {
    offset_ = last_ + pause_ - since_first;
  } else if (since_first - before_ >= kShortestPause) {
    pause_ = since_first - before_;
  }
  before_ = since_first;
  last_ = std::max(last_, offset_ + since_first);
  return offset_ + since_first;
}

}  // namespace p1rig
