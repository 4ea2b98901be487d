#include "cli/reader_command.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>

#include "simulator/line/modem_shim.h"

namespace p1rig {
namespace {

// What a reader has to end by itself after its line was hung up, and again after SIGTERM.
constexpr std::chrono::seconds kPatience{2};

void say_how_to_start(const Environment& environment) {
  std::string variables;
  for (const auto& [name, value] : environment) variables += fmt::format("{}={} ", name, value);
  say(fmt::format("to use the shim, append -- COMMAND, or start the reader like this:\n  {}COMMAND",
                  variables));
}

}  // namespace

std::optional<std::vector<std::string>> take_reader_command(Arguments& arguments) {
  const auto separator = std::ranges::find(arguments, "--");
  if (separator == arguments.end()) return std::vector<std::string>{};
  std::vector<std::string> words(separator + 1, arguments.end());
  arguments.erase(separator, arguments.end());
  if (words.empty()) return std::nullopt;
  return words;
}

int StartedReader::start(const std::vector<std::string>& words, std::span<Line* const> lines,
                         EventLoop& loop) {
  const auto environment = shim_environment(lines);
  if (!environment) return complain(kEnvironment, environment.error().message);
  if (words.empty()) {
    if (!environment->empty()) say_how_to_start(*environment);
    return kAsExpected;
  }
  name_ = words.front();
  auto process = ReaderProcess::start(
      {.words = words, .environment = {environment->begin(), environment->end()}}, loop,
      [this, &loop](const ProcessExit& exit) {
        exit_ = exit;
        loop.stop();
      });
  if (!process) return complain(kUsage, process.error().message);
  process_.emplace(std::move(*process));
  return kAsExpected;
}

int StartedReader::finish() {
  if (!process_) return kAsExpected;
  if (exit_) {
    if (exit_->ended_well()) return kAsExpected;
    return complain(kNotAsExpected, fmt::format("{} ended with {}", name_, to_string(*exit_)));
  }
  const ProcessExit exit = process_->finish(kPatience);
  if (!exit.ended_well()) {
    say(fmt::format("{} was stopped with the meter: {}", name_, to_string(exit)));
  }
  return kAsExpected;
}

}  // namespace p1rig
