#pragma once

#include <cstddef>
#include <vector>

#include "simulator/render/layout.h"
#include "simulator/state.h"

namespace p1rig {

/// Shows a visitor the segments of a telegram in the order in which they are printed: the body of a
/// list once for each of its entries, the block of each device. The visitor has text(string),
/// hole(hole, index) with the index of the list's entry or the device, entry(code), field() and
/// crc(form).
template <class Visitor>
class PrintWalk {
 public:
  PrintWalk(const Layout& layout, const MeterState& state, Visitor& visitor)
      : layout_(layout), state_(state), visitor_(visitor) {}

  void run() { pass(layout_.telegram, 0); }

 private:
  void pass(const std::vector<Segment>& segments, std::size_t index) {
    for (const Segment& segment : segments) {
      switch (segment.kind) {
        case Segment::Kind::kText:
          visitor_.text(segment.text);
          break;
        case Segment::Kind::kHole:
          visitor_.hole(segment.hole, index);
          break;
        case Segment::Kind::kEntry:
          visitor_.entry(segment.code);
          break;
        case Segment::Kind::kField:
          visitor_.field();
          break;
        case Segment::Kind::kFailures:
          list(segment, state_.failures.size());
          break;
        case Segment::Kind::kPeaks:
          list(segment, state_.peaks.size());
          break;
        case Segment::Kind::kMbus:
          for (std::size_t i = 0; i < state_.devices.size(); ++i) {
            const MbusDevice& device = state_.devices[i];
            pass(layout_.mbus[static_cast<std::size_t>(device.medium)]
                             [static_cast<std::size_t>(device.channel - 1)],
                 i);
          }
          break;
        case Segment::Kind::kCrc:
          visitor_.crc(segment.crc_form);
          break;
      }
    }
  }

  void list(const Segment& segment, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
      pass(segment.body, segment.newest_first ? i : size - 1 - i);
    }
    if (size > 0 && !segment.text.empty()) visitor_.text(segment.text);
  }

  const Layout& layout_;
  const MeterState& state_;
  Visitor& visitor_;
};

}  // namespace p1rig
