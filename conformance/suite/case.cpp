#include "conformance/suite/case.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "protocol/dialect.h"

namespace p1rig {
namespace {

constexpr std::array kNeeds = {
    CaseNeed{"key", "reads sealed telegrams, with a key"},
    CaseNeed{"mbus", "reports which M-Bus devices it identified"},
    CaseNeed{"tariffs", "reports which tariff is the normal one"},
    CaseNeed{"process", "is a separate process: it can crash, and its memory can be measured"},
    CaseNeed{"request",
             "its Data Request can be observed: wiring is declared and the line shows it"},
    CaseNeed{"settings", "the line settings that it uses can be observed"},
    CaseNeed{"line", "reads from a line that can be silent and unplugged, not from a pipe"},
    CaseNeed{"network", "reads from a connection that can die silently: tcp or rfc2217"},
    CaseNeed{"realtime", "runs with --realtime: silences last as long as those of a meter"},
};

constexpr std::array kLineActions = {LineAction::kSilence, LineAction::kUnplug,
                                     LineAction::kFreeze};

}  // namespace

std::string_view to_string(LineAction action) {
  switch (action) {
    case LineAction::kSilence:
      return "silence";
    case LineAction::kUnplug:
      return "unplug";
    case LineAction::kFreeze:
      break;
  }
  return "freeze";
}

std::optional<LineAction> find_line_action(std::string_view name) {
  for (const LineAction action : kLineActions) {
    if (to_string(action) == name) return action;
  }
  return std::nullopt;
}

std::string describe(LineAction action, std::chrono::milliseconds duration) {
  if (action == LineAction::kFreeze) return "the connection dies silently";
  return fmt::format("{} for {} ms", action == LineAction::kSilence ? "silence" : "unplugged",
                     duration.count());
}

std::string_view to_string(Level level) {
  return level == Level::kMust ? "must" : level == Level::kShould ? "should" : "quirk";
}

std::string_view to_string(Basis basis) {
  return basis == Basis::kPrinted ? "printed" : basis == Basis::kDerived ? "derived" : "field";
}

std::optional<Level> find_level(std::string_view name) {
  for (const Level level : {Level::kMust, Level::kShould, Level::kQuirk}) {
    if (to_string(level) == name) return level;
  }
  return std::nullopt;
}

std::optional<Basis> find_basis(std::string_view name) {
  for (const Basis basis : {Basis::kPrinted, Basis::kDerived, Basis::kField}) {
    if (to_string(basis) == name) return basis;
  }
  return std::nullopt;
}

std::span<const CaseNeed> case_needs() { return kNeeds; }

bool is_named(const Case& one, std::string_view glob) {
  return matches_glob(glob, one.id) ||
         std::ranges::any_of(one.formerly,
                             [&](const std::string& id) { return matches_glob(glob, id); });
}

}  // namespace p1rig
