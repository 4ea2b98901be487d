#include "cli/catalogue.h"

#include <fmt/core.h>

#include <algorithm>

#include "cli/options.h"
#include "simulator/suggest.h"

namespace p1rig {
namespace {

void print_list(const std::vector<CatalogueEntry>& entries, bool json) {
  if (json) {
    std::string list;
    for (const CatalogueEntry& entry : entries) list += (list.empty() ? "" : ",\n ") + entry.json;
    fmt::print("[{}]\n", list);
    return;
  }
  std::size_t width = 0;
  for (const CatalogueEntry& entry : entries) width = std::max(width, entry.name.size());
  for (const CatalogueEntry& entry : entries) {
    fmt::print("{:<{}}  {}\n", entry.name, width, entry.summary);
  }
}

}  // namespace

int run_catalogue(std::string_view what, std::string_view summary, const Arguments& arguments,
                  const std::function<std::vector<CatalogueEntry>()>& entries) {
  Options options(fmt::format("{} [show NAME] [--json]", what), std::string(summary));
  options.flag("json", "machine-readable: an array of objects, or one object");
  if (const auto code = options.parse(arguments, 0, 2)) return *code;
  const auto& words = options.words();
  if (!words.empty() && (words[0] != "show" || words.size() != 2)) {
    return options.misuse(fmt::format("expected \"{} show NAME\"", what));
  }
  const std::vector<CatalogueEntry> list = entries();
  if (words.empty()) {
    print_list(list, options.has("json"));
    return kAsExpected;
  }
  const auto found = std::ranges::find(list, words[1], &CatalogueEntry::name);
  if (found == list.end()) {
    std::vector<std::string_view> names;
    for (const CatalogueEntry& entry : list) names.push_back(entry.name);
    return complain(kUsage, fmt::format("{}: there is no \"{}\"{} (`p1rig {}` lists them)", what,
                                        words[1], did_you_mean(words[1], names), what));
  }
  fmt::print("{}\n", options.has("json") ? found->json : found->details);
  return kAsExpected;
}

}  // namespace p1rig
