#include <fmt/core.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <optional>
#include <vector>

#include "cli/command.h"
#include "cli/input.h"
#include "cli/key_options.h"
#include "cli/options.h"
#include "cli/read_limits.h"
#include "cli/zone_option.h"
#include "conformance/judge/reader.h"
#include "conformance/mutants/mutant_reader.h"
#include "simulator/files/suggest.h"
#include "simulator/seal/key_file.h"

namespace p1rig {
namespace {

/// What a conformance run passes to its reader in the environment; nothing if it is empty.
std::optional<std::string> variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr || *value == '\0' ? std::nullopt : std::optional<std::string>(value);
}

/// Reported at the start if a conformance run listens. Values are reported with all digits.
constexpr std::string_view kHello =
    R"({"hello": {"name": "p1rig read", "version": ")" P1RIG_VERSION
    R"(", "dialects": ["*"], "can": ["key", "mbus", "tariffs"], "decimals": 9, "claims": ["*"]}})";

/// Reads with a defect. `say` returns false when nobody listens any more.
class FaultyReading {
 public:
  FaultyReading(const Mutant& mutant, const Dialect& dialect, const std::optional<FrameKeys>& keys,
                const std::function<void(std::string_view)>& say)
      : dialect_(dialect),
        reader_(
            mutant, dialect_, [&say](const std::string& line, const ContractLine&) { say(line); },
            keys) {}

  /// False if it ended.
  bool feed(std::string_view bytes) {
    const auto now = std::chrono::steady_clock::now();
    reader_.pause(now - last_);
    reader_.feed(bytes);
    last_ = std::chrono::steady_clock::now();
    return !reader_.crashed();
  }

  void reconnect() { reader_.reconnect(); }

 private:
  Dialect dialect_;
  MutantReader reader_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

/// A mutant that can be run as a process; else nullptr, explained.
const Mutant* choose_mutant(const std::string& name) {
  const Mutant* const mutant = find_mutant(name);
  if (mutant == nullptr) {
    std::vector<std::string_view> names;
    for (const Mutant& known : mutants()) names.push_back(known.name);
    complain(kUsage, fmt::format("--mutant: unknown \"{}\"{} (`p1rig mutants` lists them)", name,
                                 did_you_mean(name, names)));
  } else if (mutant->has_habits) {
    complain(kUsage, fmt::format("--mutant: the defect of {} is only visible on the line, and this "
                                 "program opens lines correctly",
                                 name));
    return nullptr;
  }
  return mutant;
}

int choose_reconnect(const Options& options, ReadPlan& plan) {
  // Three periods of the slowest meters. One that starts may need a minute, but a connection that is
  // reopened meanwhile costs nothing.
  constexpr double kUsual = 30, kLongest = 1e8;
  const auto text = options.get("reconnect");
  const auto seconds = text ? parse_positive(*text) : kUsual;
  if (!seconds || *seconds > kLongest)
    return options.misuse("--reconnect: expected a number of seconds above 0");
  plan.reconnect =
      std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(*seconds));
  return kAsExpected;
}

struct ReadChoice {
  const Dialect* dialect = nullptr;  ///< null: what each telegram says
  std::uint64_t count = 0;           ///< 0: all
  std::optional<ClockRule> clock;
  std::optional<FrameKeys> keys;
  ReadPlan plan;
};

/// How to read, from options and environment; explains what is wrong and returns its exit code.
int choose_reading(const Options& options, ReadChoice& choice) {
  auto name = options.get("dialect");
  if (!name) name = variable("P1RIG_DIALECT");
  const auto dialect = dialect_option(name ? &*name : nullptr);
  if (dialect.code != kAsExpected) return dialect.code;
  choice.dialect = dialect.dialect;
  if (const auto text = options.get("count")) {
    const auto number = parse_count(*text);
    if (!number || *number == 0) return options.misuse("--count: expected a number, at least 1");
    choice.count = *number;
  }
  if (const int code = choose_zone(options, choice.clock); code != kAsExpected) return code;
  if (const int code = choose_reconnect(options, choice.plan); code != kAsExpected) return code;
  if (const int code = choose_keys(options, choice.keys); code != kAsExpected) return code;
  if (const auto file = variable("P1RIG_KEY_FILE"); !choice.keys && file) {
    auto loaded = load_key_file(*file);
    if (!loaded) return complain(kUsage, loaded.error().message);
    choice.keys = loaded->keys;
  }
  return kAsExpected;
}

/// Says so if more than one dialect fits: what they do not agree on was not concluded.
void tell_origin(const std::string& input, const Origin* origin) {
  if (origin == nullptr || origin->others.empty()) return;
  say(fmt::format("p1rig: {}: {}", input == "-" ? "stdin" : input, description_of(*origin)));
}

}  // namespace

int run_read(const Arguments& arguments) {
  Options options(
      "read FILE|LINE|- [--dialect D] [--zone Z] [--count N] [--key-file F]",
      "Reads telegrams and reports their contents as JSON Lines (the reader contract).\n"
      "Exit code 1 if no telegram was accepted. FILE may be a recording (pcap).\n"
      "LINE: serial:DEVICE, rfc2217:HOST:PORT (both with ?wiring=), tcp:HOST:PORT, or\n"
      "the path of a terminal. $P1RIG_DIALECT and $P1RIG_KEY_FILE are used if the options are\n"
      "not given: a conformance run sets them.");
  options.value("dialect", "D", "read all telegrams as this dialect; default: detect it");
  add_zone_option(options);
  options.value("count", "N", "stop after N telegrams");
  options.value("reconnect", "S",
                "reopen a network line after this many seconds of silence; default: 30");
  add_raw_option(options);
  options.value("mutant", "NAME", "read with a defect, to see cases fail (`p1rig mutants`)");
  add_key_option(options);
  if (const auto code = options.parse(arguments, 1, 1)) return *code;
  const bool under_test = variable("P1RIG_ENDPOINT").has_value();
  ReadChoice choice;
  if (const int code = choose_reading(options, choice); code != kAsExpected) return code;

  bool out_of_reach = false;
  std::uint64_t said = 0;
  bool sealed = false;
  const auto say = [&](std::string_view line) {
    if (choice.count > 0 && said == choice.count) return;
    ++said;
    sealed = sealed || line == R"({"reject":"decrypt"})";
    fmt::print("{}\n", line);
    // Somebody may be waiting for this report.
    out_of_reach = std::fflush(stdout) != 0;
  };
  const std::function<void(std::string_view)> told = say;
  ReferenceReader reader(choice.dialect, say, choice.keys, choice.clock);
  std::optional<FaultyReading> faulty;
  if (const auto mutant_name = options.get("mutant")) {
    const Mutant* const mutant = choose_mutant(*mutant_name);
    if (mutant == nullptr) return kUsage;
    Dialect meant = choice.dialect != nullptr ? *choice.dialect : *find_dialect("dsmr-5.0");
    if (choice.clock) meant = with_clock(meant, *choice.clock);
    faulty.emplace(*mutant, meant, choice.keys, told);
  }
  bool ended = false;
  if (under_test) {
    fmt::print("{}\n", kHello);
    std::fflush(stdout);
  }
  choice.plan.reconnected = [&] {
    if (faulty) {
      faulty->reconnect();
    } else {
      reader.finish();
    }
  };
  // A defect may be one of timing, which nothing must change.
  choice.plan.unwrap = !faulty && !options.has("raw");
  const LineSettings settings = choice.dialect != nullptr ? choice.dialect->line : LineSettings{};
  const auto take = [&](std::string_view bytes) {
    if (faulty) {
      ended = !faulty->feed(bytes);
    } else {
      reader.feed(bytes);
    }
    return !ended && !out_of_reach && (choice.count == 0 || said < choice.count);
  };
  const int code = read_input(options.words()[0], settings, take, choice.plan);
  if (out_of_reach) return complain(kEnvironment, "stdout: cannot be written");
  if (ended) return complain(kNotAsExpected, "ended, as its defect has it");
  reader.finish();
  if (faulty) return code;
  tell_origin(options.words()[0], reader.origin());
  if (code != kAsExpected) return code;
  if (reader.accepted() > 0) return kAsExpected;
  return complain(
      kNotAsExpected,
      fmt::format("{}: no telegram was accepted, {} rejected{}", options.words()[0],
                  reader.rejected(),
                  sealed && !choice.keys ? "; they are sealed: --key-file decrypts them" : ""));
}

}  // namespace p1rig
