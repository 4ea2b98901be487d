#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/judge/telegram_judge.h"
#include "conformance/suite/case.h"

namespace p1rig {

enum class Outcome : std::uint8_t {
  kPass,
  kFail,
  kNonStrict,     ///< a SHOULD that was not met
  kInfo,          ///< a quirk that was not met, or what this line cannot show
  kSkip,          ///< with a reason
  kXfail,         ///< a failure that a waiver expects
  kXpass,         ///< a pass where a waiver expects a failure
  kInconclusive,  ///< the host was too slow to tell
  kCrash,
  kHang
};
std::string_view to_string(Outcome outcome);

/// Something that went over the line, or that the reader said, while a case ran.
struct WireMoment {
  enum class Kind : std::uint8_t {
    kSent,  ///< bytes to the reader
    kSaid,  ///< a line of the reader
    kNote   ///< what the runner did or saw
  };
  std::chrono::microseconds at{};  ///< since the case began
  Kind kind = Kind::kNote;
  std::string name;   ///< of the telegram
  std::string bytes;  ///< sent, said, or the words of the note
};

/// What became of one case at one meter.
struct CaseResult {
  const Case* of = nullptr;  ///< outlives the result
  std::string profile = {}, dialect = {}, endpoint = {};
  Outcome outcome = Outcome::kPass;
  std::vector<std::string> messages = {};  ///< what was wrong, or why it was skipped
  std::optional<Topic> topic = {};         ///< of the first of them, where it is about the reader
  std::vector<std::string> besides = {};   ///< what ordinary telegrams show as well: not counted
  std::string death = {};                  ///< all last words of a reader that ended
  std::string blocked_by = {};             ///< the case that says why this one could not be judged
  std::size_t lost = 0;                    ///< good telegrams until it had recovered
  std::vector<WireMoment> wire = {};
  std::chrono::system_clock::time_point began = {};
  std::chrono::microseconds duration{};
  std::string smallest = {};      ///< of a random stimulus: a case that fails as well
  std::string reproduction = {};  ///< a command line that runs this case again
  std::string waiver = {};        ///< the reason of the waiver that was used
  bool comes_and_goes = false;    ///< by that waiver: a pass is as expected, too
  bool is_waived_death = false;   ///< an xfail that was a crash or a hang

  /// "dsmr-5.0.2/6.2/crc-bit-flip@iskra-am550".
  std::string name() const { return of->id + "@" + profile; }
};

}  // namespace p1rig
