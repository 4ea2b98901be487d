#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/judge/detect_dialect.h"
#include "protocol/telegram.h"
#include "protocol/timestamp.h"

namespace p1rig {

// One telegram as a profile has it: the text outside values as it is, and holes for the values, with
// what these were. docs/profiles.md describes the notation.

/// A value as a profile writes it, such as {"energy.import", "12.345 kWh"}.
struct LearnedValue {
  std::string quantity, value;
  bool is_kept = false;  ///< the meter's own, to begin with; else what flowed just then
};

/// A long power failure, or the peak of a month. Times are empty where they are unset.
struct LearnedEntry {
  std::string time, month, value;
};

struct LearnedDevice {
  std::string medium, id, ean, time, reading, valve;  ///< empty: not printed
  int channel = 1;
};

struct LearnedTelegram {
  std::string text;                           ///< of [telegram], lines ending LF
  std::map<std::string, std::string> blocks;  ///< of [mbus.…], by medium
  int channels = 0;                           ///< that are always printed
  std::string at;                             ///< message time; empty if there is none
  std::string unset_time;
  std::vector<LearnedValue> values;
  std::vector<LearnedEntry> failures, peaks;
  std::vector<LearnedDevice> devices;
  int phases = 1;
  std::string crc_algorithm;  ///< empty: that of P1
  /// What is literal, or taken from the dialect: "1-0:96.99.0: unknown object, kept as it is".
  std::vector<std::string> notes;
};

/// How numbers were written in all telegrams of a meter: each by its plain code and the index of its
/// bracket.
struct NumberForms {
  using Places = std::set<std::pair<std::string, std::size_t>>;
  Places any_width = {};  ///< seen with more digits, or fewer
  Places padded = {};     ///< seen with a zero in front
  Places negative = {};   ///< seen below zero
};

struct TelegramOptions {
  const Dialect* dialect = nullptr;
  bool summer_time = true;  ///< the clock prints S in summer
  /// When summer is, of a clock that is so far from UTC in winter; empty: as in Europe.
  std::vector<Summer> summers = {};
  std::chrono::minutes normal_offset{60};
  std::set<std::size_t> literal = {};  ///< lines, from 1, whose values are kept as they are
  NumberForms numbers = {};
};

/// The telegram must have CR LF as line ends, and the right CRC or none.
LearnedTelegram learn_telegram(const Telegram& telegram, const TelegramOptions& options);

/// True if Europe has summer time then: on local clocks, by the date and hour alone.
bool is_summer_date(const Timestamp& time);

/// A text in the quotation marks of TOML.
std::string toml_string(std::string_view text);

}  // namespace p1rig
