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

/// What to examine.
struct DoctorPlan {
  ReaderFile reader;
  /// The reader is tried with each; at the first one, at all endpoints.
  std::vector<std::shared_ptr<const Profile>> profiles;
  bool follow_hello = false;           ///< then the meters of the dialects that its hello names
  std::vector<std::string> endpoints;  ///< empty: all those of the reader file
  std::uint64_t seed = 1;
  std::function<bool()> interrupted = {};  ///< true ends every wait
};

/// One thing that was examined.
struct DoctorFinding {
  enum class Kind : std::uint8_t {
    kGood,
    kAdvice,      ///< it works, but could be better
    kWrong,       ///< the adapter reports something that was not sent
    kContract,    ///< the reader broke the contract, or reported nothing
    kEnvironment  ///< it cannot run here
  };
  Kind kind = Kind::kGood;
  std::string message, advice = {};
};

/// Sends the reader a few ordinary telegrams of each meter, and reports what the adapter does with
/// them and what would improve it. This does not judge the reader: `p1rig conform` does.
/// `told` is called with each finding as it comes.
void examine_reader(const DoctorPlan& plan, EventLoop& loop,
                    const std::function<void(const DoctorFinding&)>& told);

}  // namespace p1rig
