#include "cli/catalogue.h"

#include <fmt/core.h>

#include <algorithm>

#include "protocol/dialect.h"
#include "simulator/files/suggest.h"

namespace p1rig {
namespace {

void print_list(const std::vector<CatalogueEntry>& entries, bool json) {
  if (json) {
    std::string list;
    for (const CatalogueEntry& entry : entries) list += (list.empty() ? "" : ",\n ") + entry.json;
    fmt::print("[{}]\n", list);
    return;
  }
  std::vector<TableRow> rows;
  for (const CatalogueEntry& entry : entries) {
    rows.push_back({entry.name});
    rows.back().insert(rows.back().end(), entry.facts.begin(), entry.facts.end());
  }
  fmt::print("{}", in_columns(rows));
}

bool is_named(const CatalogueEntry& entry, std::string_view glob) {
  return matches_glob(glob, entry.name) ||
         std::ranges::any_of(entry.former_names,
                             [&](const std::string& name) { return matches_glob(glob, name); });
}

}  // namespace

int show_catalogue(std::string_view what, const Options& options,
                   const std::vector<CatalogueEntry>& entries) {
  const auto& words = options.words();
  const bool json = options.has("json");
  const auto missing = [&](std::string_view name) {
    std::vector<std::string_view> names;
    for (const CatalogueEntry& entry : entries) names.push_back(entry.name);
    return complain(kUsage, fmt::format("{}: there is no \"{}\"{} (`p1rig {}` lists them)", what,
                                        name, did_you_mean(name, names), what));
  };
  if (!words.empty() && words[0] == "show") {
    if (words.size() != 2) return options.misuse(fmt::format("expected \"{} show NAME\"", what));
    const auto found = std::ranges::find(entries, words[1], &CatalogueEntry::name);
    if (found == entries.end()) return missing(words[1]);
    if (!found->broken.empty()) return complain(kUsage, found->broken);
    const std::string& text = json ? found->json : found->details;
    fmt::print("{}{}", text, text.ends_with('\n') ? "" : "\n");
    return kAsExpected;
  }
  for (const std::string& glob : words) {
    if (std::ranges::none_of(entries, [&](const auto& entry) { return is_named(entry, glob); })) {
      return missing(glob);
    }
  }
  int code = kAsExpected;
  std::vector<CatalogueEntry> chosen;
  for (const CatalogueEntry& entry : entries) {
    const auto names_it = [&](const std::string& glob) { return is_named(entry, glob); };
    if (!words.empty() && std::ranges::none_of(words, names_it)) continue;
    if (entry.broken.empty()) {
      chosen.push_back(entry);
    } else {
      code = complain(kUsage, entry.broken);
    }
  }
  print_list(chosen, json);
  return code;
}

int run_catalogue(std::string_view what, std::string_view summary, const Arguments& arguments,
                  const std::function<std::vector<CatalogueEntry>()>& entries) {
  Options options(fmt::format("{} [GLOB]… [show NAME] [--json]", what), std::string(summary));
  options.flag("json", "machine-readable: an array of objects, or one object");
  if (const auto code = options.parse(arguments, 0, Options::kAnyNumber)) return *code;
  return show_catalogue(what, options, entries());
}

}  // namespace p1rig
