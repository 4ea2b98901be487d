#include "conformance/judge/device_notes.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>

#include "conformance/judge/detect_dialect.h"
#include "conformance/judge/lint_check.h"
#include "conformance/judge/medium.h"
#include "protocol/wording.h"

namespace p1rig {
namespace {

using std::chrono::minutes;
using std::chrono::sys_seconds;

constexpr std::string_view kAskToLink =
    "a gas, water or heat meter appears here once the grid operator has linked it to this meter; "
    "after an exchange that may take a day; if it takes longer, ask the operator";
constexpr std::string_view kAskForRadio =
    "wait two hours; if nothing changes, that meter is out of radio range or its battery is empty: "
    "ask the grid operator";

/// What a telegram says of one channel.
struct Channel {
  std::string medium = "a device";
  bool has_type = false;
  bool has_id = false;
  bool has_reading = false;
  std::optional<sys_seconds> captured;
};

/// What a telegram says of all of them, and when.
struct Snapshot {
  const Dialect* dialect;
  std::optional<sys_seconds> time;
  std::map<int, Channel> channels;

  explicit Snapshot(const Telegram& telegram) : dialect(detect_dialect(telegram)) {
    // A WarmteLink calls its clock 0-0:1.1.0.
    for (const Obis clock : {Obis{0, 0, 1, 0, 0}, Obis{0, 0, 1, 1, 0}}) {
      const DataLine* const line = telegram.find(clock);
      if (line != nullptr && !time) time = instant_of(*line);
    }
    for (const DataLine& line : telegram.lines) {
      if (line.code && is_mbus_object(line.code->code)) take(line, line.code->code);
    }
  }

 private:
  std::optional<sys_seconds> instant_of(const DataLine& line) const {
    const auto written = first_time(line);
    return written ? to_instant(*written, dialect->normal_offset) : std::nullopt;
  }

  void take(const DataLine& line, Obis code) {
    Channel& channel = channels[code.b];
    const Bracket* const first = line.brackets.empty() ? nullptr : &line.brackets.front();
    if (first == nullptr) return;
    if (code.c == 96 && code.d == 1) channel.has_id = channel.has_id || !first->text.empty();
    if (code.c == 24 && code.d == 1 && first->number) {
      channel.has_type = first->number->digits > 0;
      const DeviceMedium* const medium = medium_of_type(first->number->digits);
      if (medium != nullptr) channel.medium = medium->name;
    }
    if (!is_mbus_reading(code)) return;
    channel.has_reading = true;
    channel.captured = instant_of(line);
  }
};

std::string written(minutes span) {
  const auto number = static_cast<std::uint64_t>(std::max(span, minutes{0}).count());
  if (span < minutes{1}) return "less than a minute";
  if (span < minutes{120}) return counted(number, "minute");
  if (span < minutes{48 * 60}) return counted(number / 60, "hour");
  return counted(number / (24 * 60), "day");
}

LineNote note_channel(int number, const Channel& now, const Snapshot& first, const Snapshot& last) {
  const std::string name = fmt::format("{} on channel {}", now.medium, number);
  if (!now.has_id && !now.captured) {
    return {"mbus-unlinked",
            fmt::format("channel {} is free, or its device is no longer linked", number),
            kAskToLink};
  }
  if (!now.captured) {
    return {"mbus-silent",
            fmt::format("{} is linked but has {}", name,
                        now.has_reading ? "a reading without a valid time" : "no reading"),
            kAskForRadio};
  }
  if (!last.time) {
    return {"mbus-live",
            fmt::format("{} has a reading; these telegrams do not contain their time", name), ""};
  }
  const auto age = std::chrono::floor<minutes>(*last.time - *now.captured);
  if (age < minutes{0}) {
    return {
        "mbus-ahead",
        fmt::format("{} was read {} after the telegram was made: one of the two clocks is wrong",
                    name, written(-age)),
        "tell the grid operator"};
  }
  const std::string old = fmt::format("{} was read {} before the telegram", name, written(age));
  if (age <= oldest_reading(*last.dialect)) return {"mbus-live", old, ""};
  const auto before = first.channels.find(number);
  const bool watched = first.time && before != first.channels.end();
  const auto span = watched ? std::chrono::floor<minutes>(*last.time - *first.time) : minutes{0};
  const bool stands = span >= minutes{1} && before->second.captured == now.captured;
  return {
      "mbus-stale",
      old + (stands ? fmt::format(", and that time has not changed for {}", written(span)) : ""),
      kAskForRadio};
}

/// Two of a medium are the old device and the new one.
void note_pairs(const Snapshot& last, std::vector<LineNote>& notes) {
  for (const auto& [number, channel] : last.channels) {
    if (!channel.has_type || !channel.captured) continue;
    for (const auto& [other_number, other] : last.channels) {
      const bool pair = other_number > number && other.has_type && other.captured &&
                        other.medium == channel.medium;
      if (!pair) continue;
      const int newer = *other.captured >= *channel.captured ? other_number : number;
      notes.push_back(
          {"mbus-two",
           fmt::format("{} is on channels {} and {}; the latest reading is on {}", channel.medium,
                       number, other_number, newer),
           "after an exchange the old device stays: make the reader use the latest one"});
    }
  }
}

}  // namespace

std::vector<LineNote> note_devices(const LineContents& contents) {
  const auto is_right = [](const SeenTelegram& telegram) {
    return telegram.verdict == TelegramVerdict::kRight;
  };
  const auto& telegrams = contents.telegrams;
  const auto first_right = std::ranges::find_if(telegrams, is_right);
  if (first_right == telegrams.end()) return {};
  const auto last_right = std::find_if(telegrams.rbegin(), telegrams.rend(), is_right);
  const Snapshot first(decode_telegram(first_right->bytes));
  const Snapshot last(decode_telegram(last_right->bytes));
  std::vector<LineNote> notes;
  for (const auto& [number, channel] : last.channels) {
    notes.push_back(note_channel(number, channel, first, last));
  }
  note_pairs(last, notes);
  const bool knows_devices = find_object_rule(*last.dialect, {0, 1, 24, 1, 0}) != nullptr;
  if (last.channels.empty() && knows_devices) {
    notes.push_back(
        {"mbus-none", "no telegram has an object of a gas, water or heat meter", kAskToLink});
  }
  return notes;
}

}  // namespace p1rig
