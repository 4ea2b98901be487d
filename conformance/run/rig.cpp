#include "conformance/run/rig.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "conformance/run/process_subject.h"
#include "protocol/dialect.h"
#include "simulator/random.h"

namespace p1rig {

Rig::Rig(Settings settings, EventLoop& loop) : settings_(std::move(settings)), loop_(loop) {
  for (std::uint64_t i = 0; i < 2; ++i) {
    key_digits_ += fmt::format("{:016X}", random_at(settings_.seed, 7, i));
  }
  keys_ = *parse_frame_keys(key_digits_);
}

Result<void> Rig::write_key() {
  auto folder = TemporaryFolder::make();
  if (!folder) return tl::make_unexpected(folder.error());
  key_folder_.emplace(std::move(*folder));
  key_file_ = key_folder_->path() + "/key";
  std::ofstream file(key_file_);
  file << key_digits_ << std::endl;
  return file ? Result<void>{} : fail(key_file_ + ": cannot be written: " + std::strerror(errno));
}

std::optional<FrameKeys> Rig::keys_of(const Profile& profile) const {
  return is_sealed(profile) ? keys_ : std::nullopt;
}

Result<std::unique_ptr<Subject>> Rig::make_reader(const Meter& meter, const std::string& endpoint,
                                                  std::function<bool()> interrupted) const {
  return make_process_subject({.reader = settings_.reader,
                               .endpoint = endpoint,
                               .profile = meter,
                               .key_file = is_sealed(*meter) ? key_file_ : "",
                               .keys = keys_of(*meter),
                               .interrupted = std::move(interrupted)},
                              loop_);
}

StimulusMaker Rig::make_stimuli(const Meter& meter) const {
  return {meter, settings_.seed, keys_of(*meter), settings_.id_seed};
}

StimulusMaker Rig::make_plain_stimuli(const Meter& meter) const {
  return {meter, settings_.seed, std::nullopt, settings_.id_seed};
}

RunnerSettings Rig::runner_settings(const Profile& profile) const {
  const ReaderFile& reader = settings_.reader;
  RunnerSettings settings{.seed = settings_.seed,
                          .startup = reader.startup,
                          .patience = reader.patience,
                          .reconnect = reader.reconnect,
                          .min_interval = spacing_of(reader),
                          .case_limit = settings_.case_limit};
  if (settings_.realtime) settings.period = profile.dialect->period;
  settings.traits.precision.time = reader.time;
  if (reader.decimals) settings.traits.precision.decimals = *reader.decimals;
  settings.traits.claims = reader.claims;
  settings.traits.tells_changes_only = reader.publish == Publish::kChanges;
  settings.can = reader.can;
  return settings;
}

}  // namespace p1rig
