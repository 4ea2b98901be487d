#include "conformance/case.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "protocol/dialect.h"

namespace p1rig {
namespace {

constexpr std::array kNeeds = {
    CaseNeed{"key", "reads sealed telegrams, with a key"},
    CaseNeed{"mbus", "tells what M-Bus devices it concluded"},
    CaseNeed{"tariffs", "tells which tariff is the normal one"},
    CaseNeed{"process", "is a process of its own: it can crash, and its memory be measured"},
    CaseNeed{"request", "its Data Request can be seen: a declared wiring and a line that shows it"},
    CaseNeed{"settings", "the settings that it opened the line with can be seen"},
    CaseNeed{"line", "sits at a line that can be silent and unplugged, not at a pipe"},
};

}  // namespace

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
