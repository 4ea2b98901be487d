#include <fmt/core.h>

#include <cstdio>
#include <optional>

#include "cli/command.h"
#include "cli/input.h"
#include "cli/key_options.h"
#include "cli/options.h"
#include "conformance/judge/reader.h"

namespace p1rig {

int run_read(const Arguments& arguments) {
  Options options("read FILE|PTY|- [--dialect D] [--count N] [--key-file F]",
                  "Reads telegrams and tells what they say as JSON Lines (the reader contract).\n"
                  "Exit code 1 where there was no telegram to accept.");
  options.value("dialect", "D", "take all telegrams for this dialect; default: what each says");
  options.value("count", "N", "stop after N telegrams");
  add_key_option(options);
  if (const auto code = options.parse(arguments, 1, 1)) return *code;
  const auto name = options.get("dialect");
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
