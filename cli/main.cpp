#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string_view>
#include <system_error>
#include <vector>

#include "cli/command.h"
#include "conformance/report/columns.h"
#include "simulator/files/suggest.h"

namespace p1rig {
namespace {

constexpr std::array kCommands = {
    Command{"simulate", "a meter on lines: PTY, network, file", run_simulate},
    Command{"render", "one telegram to stdout", run_render},
    Command{"record", "a line to a file that Wireshark opens", run_record},
    Command{"replay", "a recording to a line", run_replay},
    Command{"anonymise", "telegrams without what says whose they are", run_anonymise},
    Command{"diagnose", "what is wrong with this line?", run_diagnose},
    Command{"profiles", "the meters that can be simulated", run_profiles},
    Command{"quantities", "what the holes of a profile can ask for", run_quantities},
    Command{"dialects", "the editions of P1 that are known", run_dialects},
    Command{"scenarios", "what a meter can live through", run_scenarios},
    Command{"faults", "what can go wrong with a telegram", run_faults},
    Command{"check", "profiles, scenarios, cases, readers: schema and self-test", run_check},
    Command{"lint", "is this meter within its specification?", run_lint},
    Command{"read", "the reference reader: telegrams in, JSON Lines out", run_read},
    Command{"conform", "does this reader understand P1? case by case", run_conform},
    Command{"doctor", "is the adapter of this reader right?", run_doctor},
    Command{"cases", "what readers are asked", run_cases},
    Command{"mutants", "faulty readers that show that the cases can fail", run_mutants},
    Command{"readers", "the readers that are known", run_readers},
    Command{"bench", "how fast can a reader go before it loses a telegram?", run_bench},
    Command{"corpus", "telegrams in bulk, with what is expected of each", run_corpus},
    Command{"vectors", "the cases as files, for use without p1rig", run_vectors},
    Command{"seal", "telegrams to encrypted frames", run_seal},
    Command{"unseal", "encrypted frames to telegrams", run_unseal},
    Command{"bench-check", "what can this serial adapter, or this pair, do for a meter?",
            run_bench_check},
};

void print_help() {
  fmt::print(
      "p1rig puts a P1 smart meter on your desk and judges everything that reads it.\n\n"
      "Usage: p1rig COMMAND [ARGUMENTS]\n\nCommands:\n");
  std::vector<TableRow> rows;
  for (const Command& command : kCommands) {
    rows.push_back({fmt::format("  {}", command.name), std::string(command.summary)});
  }
  fmt::print("{}", in_columns(rows));
  fmt::print("\n`p1rig COMMAND --help` explains one. `p1rig --version` tells the version.\n");
}

int run(const Arguments& arguments) {
  if (arguments.empty()) {
    print_help();
    return kUsage;
  }
  const std::string& name = arguments.front();
  if (name == "--help" || name == "-h" || name == "help") {
    print_help();
    return kAsExpected;
  }
  if (name == "--version" || name == "-V" || name == "version") {
    fmt::print("p1rig {}\n", P1RIG_VERSION);
    return kAsExpected;
  }
  const auto command = std::ranges::find(kCommands, std::string_view(name), &Command::name);
  if (command == kCommands.end()) {
    std::vector<std::string_view> names;
    for (const Command& known : kCommands) names.push_back(known.name);
    return complain(kUsage, fmt::format("unknown command \"{}\"{}\n`p1rig --help` lists them", name,
                                        did_you_mean(name, names)));
  }
  return command->run({arguments.begin() + 1, arguments.end()});
}

}  // namespace

void say(std::string_view line) {
  const std::string whole = std::string(line) + '\n';
  static_cast<void>(std::fwrite(whole.data(), 1, whole.size(), stderr));
}

int complain(ExitCode code, std::string_view message) {
  while (!message.empty()) {
    const auto end = std::min(message.find('\n'), message.size());
    say(fmt::format("p1rig: {}", message.substr(0, end)));
    message.remove_prefix(std::min(end + 1, message.size()));
  }
  return code;
}

}  // namespace p1rig

namespace {

/// Whoever closed the pipe of our output, such as `| head -1`, needs no message about it.
int output_failed(int error, std::string_view message) {
  if (error == EPIPE) return p1rig::kEnvironment;
  return p1rig::complain(p1rig::kEnvironment, message);
}

}  // namespace

int main(int argc, char** argv) {
  // A closed pipe is an error like a full disk, not a death. A handler that does nothing, since
  // programs that we start would inherit SIG_IGN.
  std::signal(SIGPIPE, [](int) {});
  try {
    const int code = p1rig::run({argv + 1, argv + argc});
    // Both may show only when the last bytes are written.
    if (std::fflush(stdout) != 0 && code == p1rig::kAsExpected) {
      return output_failed(errno, "stdout: cannot be written");
    }
    return code;
  } catch (const std::system_error& error) {
    return output_failed(error.code().value(), error.what());
  } catch (const std::exception& error) {
    return p1rig::complain(p1rig::kEnvironment, error.what());
  }
}
