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
    Command{"simulate", "put a meter on a line: PTY, network, file", run_simulate},
    Command{"render", "print one telegram", run_render},
    Command{"record", "record a line to a file for Wireshark", run_record},
    Command{"replay", "send a recording on a line", run_replay},
    Command{"anonymise", "replace what identifies a household", run_anonymise},
    Command{"diagnose", "what is wrong with this line?", run_diagnose},
    Command{"profiles", "list the meters that can be simulated", run_profiles},
    Command{"quantities", "list the quantities that a profile can show", run_quantities},
    Command{"dialects", "list the known dialects of P1", run_dialects},
    Command{"scenarios", "list the scenarios", run_scenarios},
    Command{"faults", "list the faults", run_faults},
    Command{"learn", "write the profile of a meter from what it sends", run_learn},
    Command{"compare", "where is this meter not as its profile has it?", run_compare},
    Command{"check", "check profiles, scenarios, cases and readers", run_check},
    Command{"lint", "does this meter follow its specification?", run_lint},
    Command{"read", "the reference reader: telegrams in, JSON Lines out", run_read},
    Command{"conform", "does this reader conform? case by case", run_conform},
    Command{"doctor", "does the adapter of this reader work?", run_doctor},
    Command{"cases", "list the conformance cases", run_cases},
    Command{"mutants", "list faulty readers that prove that the cases can fail", run_mutants},
    Command{"readers", "list the bundled readers", run_readers},
    Command{"bench", "how fast can a reader go before it loses a telegram?", run_bench},
    Command{"corpus", "write telegrams in bulk, with what is expected of each", run_corpus},
    Command{"vectors", "export the cases as files, for use without p1rig", run_vectors},
    Command{"seal", "encrypt telegrams", run_seal},
    Command{"unseal", "decrypt telegrams", run_unseal},
    Command{"bench-check", "is this serial adapter, or pair, good enough for a meter?",
            run_bench_check},
};

void print_help() {
  fmt::print(
      "p1rig puts a P1 smart meter on your desk and tests everything that reads it.\n"
      "\n"
      "Usage: p1rig COMMAND [ARGUMENTS]\n"
      "\n"
      "Commands:\n");
  std::vector<TableRow> rows;
  for (const Command& command : kCommands) {
    rows.push_back({fmt::format("  {}", command.name), std::string(command.summary)});
  }
  fmt::print("{}", in_columns(rows));
  fmt::print("\n`p1rig COMMAND --help` explains one. `p1rig --version` prints the version.\n");
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

/// A closed output pipe, such as `| head -1`, needs no message.
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
