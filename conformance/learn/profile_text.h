#pragma once

#include <string>
#include <vector>

#include "conformance/learn/learn_telegram.h"
#include "conformance/learn/learn_times.h"
#include "protocol/dialect.h"

namespace p1rig {

/// A deviation that the meter has, as a profile lists it.
struct LearnedQuirk {
  std::string rule, obis, what;
  bool operator==(const LearnedQuirk&) const = default;
};

/// All that a profile says about a meter.
struct LearnedProfile {
  std::string name, identification, country, zone;
  const Dialect* dialect = nullptr;
  LearnedTelegram telegram;
  LearnedTimes times;
  std::vector<LearnedQuirk> quirks;
  std::string example_file;             ///< empty: the profile has no example
  std::string source;                   ///< "capture.pcap, 1080 telegrams"
  std::vector<std::string> notes = {};  ///< beside those of the parts
};

/// The file, as docs/profiles.md has it. What was inferred from how much stands in its comments.
std::string profile_text(const LearnedProfile& profile);

}  // namespace p1rig
