#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "simulator/line/fake_line.h"
#include "simulator/line/session.h"

namespace p1rig::test {

inline constexpr MeterTime kNoon{std::chrono::sys_days{std::chrono::year{2026} / 5 / 4} +
                                 std::chrono::hours{12}};
inline constexpr LineKind kWire{.scheme = "wire", .form = "wire:"};
inline constexpr LineKind kPipe{.scheme = "pipe", .form = "pipe:", .lossless = true};
inline constexpr LineKind kCable{.scheme = "cable", .form = "cable:", .always_requested = false};

/// "005.....!" of the telegram sent 5 s after noon.
inline std::string telegram_at(std::chrono::seconds since_noon, std::size_t size) {
  std::string text = std::to_string(1000 + since_noon.count()).substr(1);
  text.resize(size - 1, '.');
  return text + '!';
}

/// A session with its clock, moved by hand from one due time to the next.
class LineSession : public ::testing::Test {
 protected:
  LineSession() { options.schedule.period = std::chrono::seconds{10}; }

  void begin(std::vector<Line*> lines) {
    const auto source = [this](std::chrono::sys_seconds time) {
      if (time - kNoon == silent_at) return Emission{};
      const auto since_noon = std::chrono::duration_cast<std::chrono::seconds>(time - kNoon);
      return Emission{.bytes = telegram_at(since_noon, size)};
    };
    session =
        std::make_unique<Session>(options, source, lines, clock, [this](const SessionEvent& e) {
          if (const auto* telegram = std::get_if<TelegramStarted>(&e)) {
            started.push_back(telegram->time - kNoon);
            numbers.push_back(telegram->number);
          } else if (std::holds_alternative<ReaderCame>(e)) {
            events += "came ";
          } else if (std::holds_alternative<ReaderLeft>(e)) {
            events += "left ";
          } else if (const auto* dropped = std::get_if<BytesDropped>(&e)) {
            events += "dropped " + std::to_string(dropped->bytes) + ' ';
          }
        });
    for (Line* line : lines) line->on_change([this] { session->advance(); });
    session->advance();
  }

  /// Lets time pass until then, stopping at every due time.
  void run_until(std::chrono::nanoseconds since_begin) {
    const SteadyTime stop{since_begin};
    for (int turns = 0; turns < 1'000'000 && !session->end(); ++turns) {
      const SteadyTime due = session->advance();
      if (due > stop) break;
      if (due > clock.now()) clock.set(due);
    }
    if (!session->end()) clock.set(stop);
    session->advance();
  }

  FakeClock clock;
  SessionOptions options{.start = kNoon};
  std::size_t size = 115;  // 9.98 ms at 115200 8N1
  std::chrono::nanoseconds silent_at{-1};
  std::unique_ptr<Session> session;
  std::vector<std::chrono::nanoseconds> started;
  std::vector<std::uint64_t> numbers;
  std::string events;
};

}  // namespace p1rig::test
