#include "conformance/judge/frame_counter.h"

namespace p1rig {

CounterStep FrameCounterTrack::step(std::string_view title, std::uint32_t counter) {
  CounterStep step = CounterStep::kFirst;
  if (title == title_) {
    if (counter == last_) return CounterStep::kRepeated;
    if (counter != 0 && counter < last_) return CounterStep::kFell;
    step = counter == 0 ? CounterStep::kReset : CounterStep::kGap;
    if (counter == last_ + 1 && counter != 0) step = CounterStep::kNext;
  }
  title_ = title;
  last_ = counter;
  return step;
}

}  // namespace p1rig
