#include <fmt/core.h>

#include <cstdio>
#include <cstdlib>
#include <optional>

#include "cli/command.h"
#include "cli/input.h"
#include "cli/key_options.h"
#include "cli/options.h"
#include "conformance/judge/reader.h"
#include "simulator/key_file.h"

namespace p1rig {
namespace {

/// What a conformance run hands to its reader by the environment; nothing where it is empty.
std::optional<std::string> variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr || *value == '\0' ? std::nullopt : std::optional<std::string>(value);
}

/// Told at the start where a conformance run listens. What was sent is told with all its digits.
constexpr std::string_view kHello =
    R"({"hello": {"name": "p1rig read", "version": ")" P1RIG_VERSION
    R"(", "dialects": ["*"], "can": ["key", "mbus", "tariffs"], "decimals": 9, "claims": ["*"]}})";

}  // namespace

int run_read(const Arguments& arguments) {
  Options options(
      "read FILE|LINE|- [--dialect D] [--count N] [--key-file F]",
      "Reads telegrams and tells what they say as JSON Lines (the reader contract).\n"
      "Exit code 1 where there was no telegram to accept. FILE may be a recording (pcap).\n"
      "LINE: serial:DEVICE, rfc2217:HOST:PORT (both with ?wiring=), tcp:HOST:PORT, or\n"
      "the path of a terminal. $P1RIG_DIALECT and $P1RIG_KEY_FILE count where the options are\n"
      "not given: a conformance run sets them.");
  options.value("dialect", "D", "take all telegrams for this dialect; default: what each says");
  options.value("count", "N", "stop after N telegrams");
  add_key_option(options);
  if (const auto code = options.parse(arguments, 1, 1)) return *code;
  const bool under_test = variable("P1RIG_ENDPOINT").has_value();
  auto name = options.get("dialect");
  if (!name) name = variable("P1RIG_DIALECT");
  const auto dialect = dialect_option(name ? &*name : nullptr);
  if (dialect.code != kAsExpected) return dialect.code;
  std::uint64_t count = 0;
  if (const auto text = options.get("count")) {
    const auto number = parse_count(*text);
    if (!number || *number == 0) return options.misuse("--count: expected a number from 1 on");
    count = *number;
  }

  std::optional<FrameKeys> keys;
  if (const int code = choose_keys(options, keys); code != kAsExpected) return code;
  if (const auto file = variable("P1RIG_KEY_FILE"); !keys && file) {
    auto loaded = load_key_file(*file);
    if (!loaded) return complain(kUsage, loaded.error().message);
    keys = loaded->keys;
  }

  bool out_of_reach = false;
  std::uint64_t said = 0;
  bool sealed = false;
  const auto say = [&](std::string_view line) {
    if (count > 0 && said == count) return;
    ++said;
    sealed = sealed || line == R"({"reject":"decrypt"})";
    fmt::print("{}\n", line);
    // Whoever waits for a report waits for this one.
    out_of_reach = std::fflush(stdout) != 0;
  };
  ReferenceReader reader(dialect.dialect, say, keys);
  if (under_test) {
    fmt::print("{}\n", kHello);
    std::fflush(stdout);
  }
  const LineSettings settings = dialect.dialect != nullptr ? dialect.dialect->line : LineSettings{};
  const int code = read_input(options.words()[0], settings, [&](std::string_view bytes) {
    reader.feed(bytes);
    return !out_of_reach && (count == 0 || said < count);
  });
  if (out_of_reach) return complain(kEnvironment, "stdout: cannot be written");
  reader.finish();
  if (code != kAsExpected) return code;
  if (reader.accepted() > 0) return kAsExpected;
  return complain(kNotAsExpected,
                  fmt::format("{}: no telegram was accepted, {} rejected{}", options.words()[0],
                              reader.rejected(),
                              sealed && !keys ? "; they are sealed: --key-file opens them" : ""));
}

}  // namespace p1rig
