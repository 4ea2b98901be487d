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

/// What one step sends to the reader; for a telegram, with what it says.
struct Stimulus {
  Emission emission;
  std::optional<SentTelegram> telegram = {};
  bool wait = true;         ///< false: what is sent next follows in one piece with it
  bool rest = true;         ///< false: more of the same follows at once
  std::size_t special = 0;  ///< where the bytes begin to differ from those of an ordinary telegram
};

/// True if the meter seals its telegrams: keys are needed then.
bool is_sealed(const Profile& profile);

/// Makes the telegrams of cases, as one meter sends them.
///
/// Everything in a telegram differs from the telegram before: the clock advances by one capture
/// period of the M-Bus and one telegram period, registers grow, momentary values change. So a
/// report is recognised, and a mixture of two telegrams is detected. What a case does not ask for
/// is chosen so that no reader stumbles over it: the clock keeps away from changes of the hour, the
/// day, the month, and CRCs have a letter, a digit and no zero in front.
class StimulusMaker {
 public:
  /// `keys` seal the telegrams of a meter that encrypts; others ignore them.
  /// `id_seed` as for Meter.
  StimulusMaker(std::shared_ptr<const Profile> profile, std::uint64_t seed,
                std::optional<FrameKeys> keys, std::optional<std::uint64_t> id_seed = std::nullopt);
  ~StimulusMaker();
  StimulusMaker(StimulusMaker&&) noexcept;
  StimulusMaker& operator=(StimulusMaker&&) noexcept;

  const Profile& profile() const;

  /// From here on the telegrams are those of this case, independent of what came before: run alone,
  /// it sends the same.
  void begin(std::string_view case_id);

  /// The telegram `number` (from 1) of a step; an error if the meter cannot send it: no such
  /// object, no CRC that could be wrong.
  Result<Stimulus> make(const Case& one, const CaseStep& step, int number);

  /// An ordinary telegram.
  Stimulus clean(std::string name);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A public key: telegrams that are sealed as examples are useless without it.
inline constexpr std::string_view kExampleKey = "000102030405060708090A0B0C0D0E0F";

/// A maker with that key, to show what cases send.
StimulusMaker example_maker(std::shared_ptr<const Profile> profile);

/// Why a case does not apply to a meter.
struct NoStimulus {
  std::string why;
  std::optional<Place> step = {};  ///< that the meter cannot send; nothing if it is not for it
};
std::optional<NoStimulus> cannot_send(const Case& one, StimulusMaker& maker);

/// Why the case does not apply to the maker's meter; nothing if it does. Makes every step once:
/// afterwards, the maker is somewhere in this case.
std::optional<std::string> does_not_apply(const Case& one, StimulusMaker& maker);

/// Likewise, for a single case.
std::optional<std::string> does_not_apply(const Case& one,
                                          const std::shared_ptr<const Profile>& profile);

}  // namespace p1rig
