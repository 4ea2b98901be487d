#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simulator/line/line.h"
#include "simulator/line/line_uri.h"

namespace p1rig {

/// A line in memory whose reader is moved by hand. Starts with a reader that reads everything.
class FakeLine final : public Line {
 public:
  FakeLine() = default;
  explicit FakeLine(LineKind kind) : kind_(kind) {}

  /// The reader changes; the listener is told.
  void set(State state) {
    state_ = std::move(state);
    if (changed_) changed_();
  }
  void set_present(bool present) {
    State next = state_;
    next.present = present;
    set(std::move(next));
  }
  void set_requested(bool requested) {
    State next = state_;
    next.requested = requested;
    set(std::move(next));
  }

  const LineKind& kind() const override { return kind_; }
  std::string name() const override { return "fake"; }
  State state() const override { return state_; }
  std::size_t send(std::string_view bytes) override {
    if (!state_.present || state_.ended) return 0;
    const std::size_t taken = std::min(room, bytes.size());
    if (room != kEndless) room -= taken;
    taken_.append(bytes.substr(0, taken));
    return taken;
  }
  void lose_nothing() override { loses_nothing = true; }
  bool drained() override { return is_drained; }
  void purge() override { ++purges; }
  void supply(bool powered) override { supplies.push_back(powered); }
  void on_change(std::function<void()> changed) override { changed_ = std::move(changed); }

  /// What the reader got since the last call.
  std::string take() { return std::exchange(taken_, {}); }

  static constexpr std::size_t kEndless = std::string::npos;
  std::size_t room = kEndless;  ///< bytes that are taken before the line is full
  bool is_drained = true;
  bool loses_nothing = false;
  int purges = 0;
  std::vector<bool> supplies;

 private:
  LineKind kind_{.scheme = "fake", .form = "fake:", .summary = "in memory"};
  State state_{.present = true, .requested = true};
  std::string taken_;
  std::function<void()> changed_;
};

}  // namespace p1rig
