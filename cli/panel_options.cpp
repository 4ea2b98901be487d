#include "cli/panel_options.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "simulator/files/read_file.h"

namespace p1rig {
namespace {

/// Shorter ones can be guessed.
constexpr std::size_t kShortestToken = 16;
constexpr std::size_t kLongestToken = 1024;

int read_token(const Options& options, std::string& token) {
  const auto path = options.get("panel-token-file");
  if (!path) return kAsExpected;
  auto text = read_file(*path, kLongestToken);
  if (!text) return complain(kUsage, "--panel-token-file: " + text.error().message);
  while (text->ends_with('\n') || text->ends_with('\r')) text->pop_back();
  const bool is_word = std::ranges::all_of(*text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~").find(c) != std::string_view::npos;  // none that a URL escapes
  });
  if (text->size() < kShortestToken || !is_word) {
    return complain(kUsage, fmt::format("--panel-token-file: {}: expected one line of at least {} "
                                        "letters and digits, such as from: openssl rand -hex 16",
                                        *path, kShortestToken));
  }
  token = std::move(*text);
  return kAsExpected;
}

bool is_loopback(std::string_view address) {
  return address.starts_with("127.") || address.starts_with("[::1]");
}

}  // namespace

void add_panel_options(Options& options) {
  options.value("panel", "[HOST:]PORT",
                "see and steer the meter while it runs, over HTTP on this port; port 0 selects any "
                "free one");
  options.value("panel-token-file", "F",
                "what requests to the panel must bring as bearer token; needed for a HOST that "
                "other machines reach");
}

int open_panel_port(const Options& options, std::optional<PanelPort>& port) {
  const auto text = options.get("panel");
  if (!text) {
    if (!options.get("panel-token-file")) return kAsExpected;
    return options.misuse("--panel-token-file: requires --panel");
  }
  const auto address = read_tcp_address(*text, false);
  if (!address) return options.misuse("--panel: " + address.error().message);
  PanelOptions panel{.host = address->host, .version = P1RIG_VERSION};
  if (const int code = read_token(options, panel.token); code != kAsExpected) return code;
  auto listener = listen_tcp(*address);
  if (!listener) {
    return complain(kEnvironment, fmt::format("--panel {}: {}", *text, listener.error().message));
  }
  if (panel.token.empty() && !is_loopback(listener->address)) {
    return options.misuse(
        fmt::format("--panel: other machines reach {}: --panel-token-file is "
                    "needed",
                    listener->address));
  }
  port.emplace(PanelPort{std::move(*listener), std::move(panel)});
  return kAsExpected;
}

void make_panel(const Options& options, ChosenMeter& chosen, std::chrono::sys_seconds start,
                std::vector<FaultRequest>& faults, bool is_sealed, const OpenLines& lines,
                EventLoop& loop, PanelPort port, std::optional<Panel>& panel) {
  PanelMeter meter{.profile = chosen.profile,
                   .scenario = chosen.scenario,
                   .meter = &*chosen.meter,
                   .faults = &faults,
                   .fault_texts = options.list("fault"),
                   .is_sealed = is_sealed,
                   .is_request_given = options.get("request").has_value(),
                   .start = start,
                   .words = {options.words()[0]},
                   .lines = lines.list};
  for (const char* const option : {"seed", "id-seed", "key-file"}) {
    const auto value = options.get(option);
    if (!value) continue;
    meter.words.push_back("--" + std::string(option));
    meter.words.push_back(*value);
  }
  say(fmt::format("panel: http://{}/", port.listener.address));
  panel.emplace(loop, std::move(port.listener), std::move(port.options), std::move(meter));
}

}  // namespace p1rig
