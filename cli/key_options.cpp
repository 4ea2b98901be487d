#include "cli/key_options.h"

#include <fmt/core.h>

#include <utility>

#include "simulator/profile/identity.h"
#include "simulator/seal/key_file.h"

namespace p1rig {

void add_key_option(Options& options) {
  options.value("key-file", "F",
                "the keys of sealed telegrams: first line the encryption key as 32 hexadecimal "
                "digits, second line the authentication key, unless it is the published one");
}

void add_seal_options(Options& options) {
  add_key_option(options);
  options.value("counter-file", "F",
                "keep the frame counter in this file between runs; default: start at 0");
}

int choose_keys(const Options& options, std::optional<FrameKeys>& keys) {
  const auto path = options.get("key-file");
  if (!path) return kAsExpected;
  const auto file = load_key_file(*path);
  if (!file) return complain(kUsage, file.error().message);
  if (!file->warning.empty()) complain(kAsExpected, "warning: " + file->warning);
  keys = file->keys;
  return kAsExpected;
}

int choose_sealer(const Options& options, const Profile& profile, std::uint64_t id_seed,
                  bool needed, std::optional<TelegramSealer>& sealer) {
  std::optional<FrameKeys> keys;
  if (const int code = choose_keys(options, keys); code != kAsExpected) return code;
  const auto counter_path = options.get("counter-file");
  if (!keys && counter_path) return options.misuse("--counter-file: requires --key-file");
  const auto& encryption = profile.encryption;
  if (keys && !encryption) {
    return options.misuse(
        fmt::format("--key-file: the meter {} sends its telegrams plain", profile.name));
  }
  if (!encryption || encryption->policy == 0) return kAsExpected;
  if (!keys) {
    if (!needed) return kAsExpected;
    return complain(kUsage, fmt::format("{} seals its telegrams and needs a key:\n"
                                        "  (umask 077; openssl rand -hex 16 > meter.key)\n"
                                        "  p1rig simulate {} --key-file meter.key",
                                        profile.name, profile.name));
  }
  const std::string title = system_title_of(profile, id_seed);
  if (!counter_path) {
    sealer.emplace(*keys, title);
    return kAsExpected;
  }
  auto file = CounterFile::open(*counter_path, FrameCipher(*keys).key_check_value());
  if (!file) {
    const auto& refusal = file.error();
    return complain(refusal.unreachable ? kEnvironment : kUsage, refusal.message);
  }
  sealer.emplace(*keys, title, std::move(*file));
  return kAsExpected;
}

}  // namespace p1rig
