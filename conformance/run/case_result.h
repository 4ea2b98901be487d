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
  kNonStrict,     ///< a `should` that was not met
  kInfo,          ///< a quirk that was not met, or not observable on this line
  kSkip,          ///< with a reason
  kXfail,         ///< a failure that a waiver expects
  kXpass,         ///< a pass where a waiver expects a failure
  kInconclusive,  ///< the host was too slow to judge
  kCrash,
  kHang
};
std::string_view to_string(Outcome outcome);

/// Something that went over the line, or that the reader wrote, while a case ran.
struct WireMoment {
  enum class Kind : std::uint8_t {
    kSent,  ///< bytes to the reader
    kSaid,  ///< a line of the reader
    kNote   ///< what the runner did or saw
  };
  std::chrono::microseconds at{};  ///< since the case began
  Kind kind = Kind::kNote;
  std::string name;   ///< of the telegram
  std::string bytes;  ///< sent, written by the reader, or the text of the note
};

/// The result of one case at one meter.
struct CaseResult {
  const Case* of = nullptr;  ///< outlives the result
  std::string profile = {}, dialect = {}, endpoint = {};
  Outcome outcome = Outcome::kPass;
  std::vector<std::string> messages = {};  ///< what was wrong, or why it was skipped
  std::optional<Topic> topic = {};         ///< of the first of them, if it is about the reader
  std::vector<std::string> besides = {};   ///< what ordinary telegrams show as well: not counted
  std::vector<std::string> ways = {};      ///< of an ordinary case: in which ways it is wrong
  std::string death = {};                  ///< all the last words of a reader that ended
  std::string blocked_by = {};             ///< the case that kept this one from being judged
  bool is_given_up = false;                ///< at the limit of a case
  std::size_t lost = 0;                    ///< good telegrams lost until it recovered
  std::vector<WireMoment> wire = {};
  std::chrono::system_clock::time_point began = {};
  std::chrono::microseconds duration{};
  std::string smallest = {};      ///< of a random stimulus: the smallest case that still fails
  std::string reproduction = {};  ///< a command line that runs this case again
  std::string waiver = {};        ///< the reason of the waiver that was used
  bool comes_and_goes = false;    ///< `volatile`: a pass is as expected, too
  bool is_waived_death = false;   ///< an xfail that was a crash or a hang

  /// "dsmr-5.0.2/6.2/crc-bit-flip@iskra-am550".
  std::string name() const { return of->id + "@" + profile; }
};

}  // namespace p1rig
