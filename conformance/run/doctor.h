#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "conformance/reader/reader_file.h"
#include "protocol/result.h"
#include "simulator/profile/profile.h"

namespace p1rig {

class EventLoop;

/// What is to be looked at.
struct DoctorPlan {
  ReaderFile reader;
  std::shared_ptr<const Profile> profile;
  std::vector<std::string> endpoints;  ///< empty: all that the reader file names
  std::uint64_t seed = 1;
  std::function<bool()> interrupted = {};  ///< true ends every wait
};

/// One thing that was looked at.
struct DoctorFinding {
  enum class Kind : std::uint8_t {
    kGood,
    kAdvice,      ///< it works, but could be said better
    kWrong,       ///< the adapter tells something that was not sent
    kContract,    ///< the reader broke the contract, or told nothing
    kEnvironment  ///< it cannot be run here
  };
  Kind kind = Kind::kGood;
  std::string message, advice = {};
};

/// Sends the reader a few telegrams as they should be at each endpoint, and tells what the adapter
/// does with them and what would make it better. This is no judgement of the reader: `p1rig conform`
/// is. `told` hears of each finding when it is there.
void examine_reader(const DoctorPlan& plan, EventLoop& loop,
                    const std::function<void(const DoctorFinding&)>& told);

}  // namespace p1rig
