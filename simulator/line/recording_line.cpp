#include "simulator/line/recording_line.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace p1rig {

using std::chrono::nanoseconds;

RecordingLine::RecordingLine(Line& line, RecordingWriter& writer, PassTime pass_time,
                             const SessionOptions& session)
    : line_(line),
      writer_(writer),
      pass_time_(std::move(pass_time)),
      mode_(session.request),
      script_(session.request_edges),
      requested_(mode_ == RequestMode::kOn ||
                 (mode_ == RequestMode::kLine && line.state().requested)) {
  std::reverse(script_.begin(), script_.end());
  const bool first = requested_;
  requested_ = !first;
  set_requested(first, pass_time_(0));
}

std::size_t RecordingLine::send(std::string_view bytes) {
  note_request();
  const std::size_t taken = line_.send(bytes);
  if (taken > 0) {
    writer_.write({.time = pass_time_(taken),
                   .type = SerialEvent::kDataReceived,
                   .leads = requested_ ? kLeadRts : std::uint8_t{0},
                   .bytes = std::string(bytes.substr(0, taken))});
  }
  return taken;
}

void RecordingLine::on_change(std::function<void()> changed) {
  changed_ = std::move(changed);
  if (!changed_) return line_.on_change({});
  line_.on_change([this] {
    note_request();
    changed_();
  });
}

void RecordingLine::note_request() {
  const MeterTime now = pass_time_(0);
  while (!script_.empty() && script_.back().at <= now) {
    mode_ = script_.back().active ? RequestMode::kOn : RequestMode::kOff;
    set_requested(script_.back().active, script_.back().at);
    script_.pop_back();
  }
  if (mode_ == RequestMode::kLine) set_requested(line_.state().requested, now);
}

void RecordingLine::set_requested(bool requested, MeterTime at) {
  if (requested == requested_) return;
  requested_ = requested;
  writer_.write({.time = at,
                 .type = SerialEvent::kStatusChange,
                 .leads = requested ? kLeadRts : std::uint8_t{0}});
}

RecordingTime::RecordingTime(const SessionOptions& session, const Clock& clock)
    : session_(session), clock_(clock), began_(clock.now()), telegram_(session.start) {}

void RecordingTime::take(const SessionEvent& event) {
  const auto* const started = std::get_if<TelegramStarted>(&event);
  if (started == nullptr) return;
  telegram_ = started->time;
  passed_ = 0;
}

MeterTime RecordingTime::pass(std::size_t bytes) {
  const auto scaled = [](nanoseconds time, double by) {
    return nanoseconds(std::llround(static_cast<double>(time.count()) * by));
  };
  if (!std::isinf(session_.speed)) {
    return session_.start + scaled(clock_.now() - began_, session_.speed);
  }
  passed_ += bytes;
  const double character = session_.settings.bits_per_character() * 1e9 / session_.settings.baud;
  return telegram_ + scaled(nanoseconds(passed_), character);
}

}  // namespace p1rig
