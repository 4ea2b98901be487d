#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "conformance/judge/telegram_judge.h"
#include "conformance/suite/case.h"
#include "protocol/frame_cipher.h"
#include "protocol/result.h"
#include "simulator/emission.h"
#include "simulator/profile/profile.h"

namespace p1rig {

/// What goes to the reader in one step, with what it says where it is a telegram.
struct Stimulus {
  Emission emission;
  std::optional<SentTelegram> telegram = {};
  bool wait = true;  ///< false: what is sent next comes in one piece with it
};

/// True where the meter puts its telegrams under seal: keys are needed then.
bool is_sealed(const Profile& profile);

/// Makes the telegrams of cases, as one meter sends them.
///
/// All that a telegram tells differs from the telegram before: the clock goes on by one capture
/// period of the M-Bus and one telegram period, registers grow, momentary values change. So a
/// report can be recognised, and a mixture of two telegrams be seen. What a case does not ask for is
/// chosen so that no reader stumbles over it: the clock keeps away from changes of the hour, the day,
/// the month, and CRCs have a letter, a digit and no zero in front.
class StimulusMaker {
 public:
  /// `keys` seal the telegrams of a meter that encrypts; others have no use for them.
  /// `id_seed` as for Meter.
  StimulusMaker(std::shared_ptr<const Profile> profile, std::uint64_t seed,
                std::optional<FrameKeys> keys, std::optional<std::uint64_t> id_seed = std::nullopt);
  ~StimulusMaker();
  StimulusMaker(StimulusMaker&&) noexcept;
  StimulusMaker& operator=(StimulusMaker&&) noexcept;

  const Profile& profile() const;

  /// From here on the telegrams are those of this case, whatever came before: run alone, it sends
  /// the same.
  void begin(std::string_view case_id);

  /// The telegram `number` (from 1) of a step; an error where the meter cannot send it: no such
  /// object, no CRC that could be wrong.
  Result<Stimulus> make(const Case& one, const CaseStep& step, int number);

  /// A telegram as it should be.
  Stimulus clean(std::string name);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A key that everybody may know: what is sealed to be looked at is of no use without.
inline constexpr std::string_view kExampleKey = "000102030405060708090A0B0C0D0E0F";

/// A maker with that key, for a look at what cases send.
StimulusMaker example_maker(std::shared_ptr<const Profile> profile);

/// Why a case says nothing about a meter.
struct NoStimulus {
  std::string why;
  std::optional<Place> step = {};  ///< that the meter cannot send; nothing where it is about others
};
std::optional<NoStimulus> cannot_send(const Case& one, StimulusMaker& maker);

/// Why the case says nothing about the maker's meter; nothing where it applies. Makes every step
/// once, so that the maker is somewhere in this case then.
std::optional<std::string> does_not_apply(const Case& one, StimulusMaker& maker);

/// Likewise, for a single case.
std::optional<std::string> does_not_apply(const Case& one,
                                          const std::shared_ptr<const Profile>& profile);

}  // namespace p1rig
