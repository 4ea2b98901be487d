#include "conformance/suite/coverage.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "conformance/suite/requirement.h"
#include "protocol/wording.h"

namespace p1rig {
namespace {

constexpr std::string_view kHead = R"(# What the cases cover

Written by `p1rig cases --coverage`; a test compares it with the data. For each requirement on a reader:
its source, the cases that test it (`p1rig cases show ID`) and the mutants that these
cases catch (`p1rig mutants show NAME`).

| requirement | cases | mutants |
|---|---|---|
)";

/// '|' would end the cell.
std::string cell(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string quoted_list(const auto& names) {
  std::string text;
  for (const std::string& name : names) {
    if (!text.empty()) text += "<br>";
    text += '`' + name + '`';
  }
  return text;
}

}  // namespace

std::string coverage_page(std::span<const Case> cases) {
  std::string page(kHead);
  std::size_t covered = 0;
  for (const Requirement& requirement : requirements()) {
    std::vector<std::string> ids;
    std::set<std::string> mutants;
    for (const Case& one : cases) {
      if (one.requirement != requirement.id) continue;
      ids.push_back(one.id);
      mutants.insert(one.mutants.begin(), one.mutants.end());
    }
    if (!ids.empty()) ++covered;
    const std::string asked = ids.empty()
                                  ? fmt::format("not observable: {}", requirement.unobservable)
                                  : quoted_list(ids);
    page += fmt::format("| **{}** {}<br>({}) | {} | {} |\n", requirement.id, cell(requirement.text),
                        cell(requirement.source), asked, quoted_list(mutants));
  }
  return page + fmt::format("\n{} of {} are tested, by {}.\n", covered,
                            counted(requirements().size(), "requirement"),
                            counted(cases.size(), "case"));
}

}  // namespace p1rig
