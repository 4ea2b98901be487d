#include <algorithm>
#include <array>

#include "conformance/suite/case.h"

namespace p1rig {
namespace {

/// One for each release that brought cases. A case names the one that it came with: `since = "0.2"`.
constexpr auto kVersions = std::to_array<std::string_view>({"0.1", "0.2"});

}  // namespace

std::span<const std::string_view> suite_versions() { return kVersions; }

bool is_newer(const Case& one, std::string_view version) {
  return std::ranges::find(kVersions, one.since) > std::ranges::find(kVersions, version);
}

}  // namespace p1rig
