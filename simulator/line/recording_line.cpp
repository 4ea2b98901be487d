#include "simulator/line/recording_line.h"

#include <cmath>
#include <utility>

namespace p1rig {

using std::chrono::nanoseconds;

RecordingLine::RecordingLine(Line& line, RecordingWriter& writer, RecordingTime& time,
                             const SessionOptions& session)
    : line_(line),
      writer_(writer),
      time_(time),
      mode_(session.request),
      script_(session.request_edges),
      requested_(mode_ == RequestMode::kOn ||
                 (mode_ == RequestMode::kLine && line.state().requested)) {
  const bool first = requested_;
  requested_ = !first;
  set_requested(first, time_.now());
}

std::size_t RecordingLine::send(std::string_view bytes) {
  note_request();
  const std::size_t taken = line_.send(bytes);
  bytes = bytes.substr(0, taken);
  while (!bytes.empty()) {
    const std::string_view portion = bytes.substr(0, time_.before_pause());
    writer_.write({.time = time_.pass(portion.size()),
                   .type = SerialEvent::kDataReceived,
                   .leads = requested_ ? kLeadRts : std::uint8_t{0},
                   .bytes = std::string(portion)});
    bytes.remove_prefix(portion.size());
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

void RecordingLine::take(const SessionEvent& event) {
  if (const auto* changed = std::get_if<ScriptChanged>(&event)) script_ = changed->request_edges;
}

void RecordingLine::note_request() {
  const MeterTime now = time_.now();
  for (; next_edge_ < script_.size() && script_[next_edge_].at <= now; ++next_edge_) {
    mode_ = script_[next_edge_].mode;
    if (mode_ != RequestMode::kLine) {
      set_requested(mode_ == RequestMode::kOn, script_[next_edge_].at);
    }
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
    : session_(session), clock_(clock), telegram_(session.start) {
  session_.began = session.began.value_or(clock.now());
}

void RecordingTime::take(const Emission& emission) { next_pauses_ = emission.pauses; }

void RecordingTime::take(const SessionEvent& event) {
  if (const auto* const changed = std::get_if<SpeedChanged>(&event)) {
    session_.start = changed->start;
    session_.began = changed->began;
    session_.speed = changed->speed;
  }
  const auto* const started = std::get_if<TelegramStarted>(&event);
  if (started == nullptr) return;
  telegram_ = started->time;
  passed_ = 0;
  silence_ = {};
  pauses_ = std::exchange(next_pauses_, {});
  pause_ = 0;
}

std::size_t RecordingTime::before_pause() const {
  std::size_t next = pause_;
  while (next < pauses_.size() && pauses_[next].offset <= passed_) ++next;
  if (!std::isinf(session_.speed) || next == pauses_.size()) return std::string::npos;
  return pauses_[next].offset - passed_;
}

MeterTime RecordingTime::pass(std::size_t bytes) {
  const auto scaled = [](nanoseconds time, double by) {
    return nanoseconds(std::llround(static_cast<double>(time.count()) * by));
  };
  if (!std::isinf(session_.speed)) {
    return session_.start + scaled(clock_.now() - *session_.began, session_.speed);
  }
  while (bytes > 0 && pause_ < pauses_.size() && pauses_[pause_].offset <= passed_) {
    silence_ += pauses_[pause_++].duration;
  }
  passed_ += bytes;
  const double character = session_.settings.bits_per_character() * 1e9 / session_.settings.baud;
  return telegram_ + silence_ + scaled(nanoseconds(passed_), character);
}

}  // namespace p1rig
