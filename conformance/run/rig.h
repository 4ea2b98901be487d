#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "conformance/reader/reader_file.h"
#include "conformance/run/case_runner.h"
#include "conformance/run/stimulus.h"
#include "conformance/run/subject.h"
#include "conformance/run/temporary_folder.h"
#include "protocol/frame_cipher.h"
#include "protocol/result.h"
#include "simulator/profile/profile.h"

namespace p1rig {

class EventLoop;

/// What a run has at hand at every meter: its reader, that meter's telegrams, and the key that seals them.
class Rig {
 public:
  struct Settings {
    ReaderFile reader;
    std::uint64_t seed = 1;
    std::optional<std::uint64_t> id_seed = {};  ///< of the meters' identifiers; nothing: the seed
    std::chrono::milliseconds case_limit{60'000};
    bool realtime = false;  ///< telegrams are sent at the meter's period
  };
  using Meter = std::shared_ptr<const Profile>;

  Rig(Settings settings, EventLoop& loop);

  /// Writes the key into a file that nobody else can read and that is gone afterwards; the error says why it
  /// cannot be written.
  Result<void> write_key();

  const ReaderFile& reader() const { return settings_.reader; }

  /// Nothing for a meter that sends plain telegrams.
  std::optional<FrameKeys> keys_of(const Profile& profile) const;

  /// The reader, to be started at that endpoint. `interrupted` ends every wait; an error is about the
  /// environment. Needs write_key().
  Result<std::unique_ptr<Subject>> make_reader(const Meter& meter, const std::string& endpoint,
                                               std::function<bool()> interrupted) const;

  /// The telegrams of the meter, sealed where it seals them.
  StimulusMaker make_stimuli(const Meter& meter) const;
  /// The same, as they are before they are sealed.
  StimulusMaker make_plain_stimuli(const Meter& meter) const;

  /// How the reader is run at that meter.
  RunnerSettings runner_settings(const Profile& profile) const;

 private:
  Settings settings_;
  EventLoop& loop_;
  std::string key_digits_;
  std::optional<FrameKeys> keys_;
  std::optional<TemporaryFolder> key_folder_;
  std::string key_file_;  ///< empty before write_key()
};

}  // namespace p1rig
