#include "conformance/suite/renamed_cases.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "protocol/dialect.h"
#include "simulator/files/data_dir.h"
#include "simulator/files/document.h"

namespace p1rig {
namespace {

Result<std::vector<RenamedCase>> renamed_of(const Document& document) {
  Complaints complaints(document.file);
  TableReader root("the file", &document.root, complaints);
  std::vector<RenamedCase> all;
  const Node* const table = root.node("renamed");
  if (table != nullptr && table->table() == nullptr) {
    root.complain("renamed", "expected a table of old and new ids");
  }
  for (const auto& [before, now] :
       table == nullptr || table->table() == nullptr ? Node::Table{} : *table->table()) {
    const std::string* const text = now.string();
    if (text == nullptr || text->empty() || before.empty() || *text == before) {
      complaints.add(now.place, "\"" + before + "\": expected the new id");
    } else {
      all.push_back({before, *text, now.place});
    }
  }
  root.finish();
  if (!complaints.none()) return tl::make_unexpected(complaints.error());
  return all;
}

/// The rest of an id after its beginning; nothing if it begins differently. What `each` adds follows
/// a '-'.
std::optional<std::string_view> rest_behind(std::string_view beginning, std::string_view id) {
  if (!id.starts_with(beginning)) return std::nullopt;
  const std::string_view rest = id.substr(beginning.size());
  if (rest.empty() || rest[0] == '/' || rest[0] == '-') return rest;
  return std::nullopt;
}

}  // namespace

Result<std::vector<RenamedCase>> parse_renamed_cases(std::string file, std::string text) {
  const auto document = parse_document(std::move(file), std::move(text));
  if (!document) return tl::make_unexpected(document.error());
  return renamed_of(*document);
}

Result<std::vector<RenamedCase>> load_renamed_cases() {
  const auto file = data_dir() / "conformance" / "renamed-cases.toml";
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return std::vector<RenamedCase>{};
  const auto document = read_document(file);
  if (!document) return tl::make_unexpected(document.error());
  return renamed_of(*document);
}

std::vector<std::string> former_ids(std::string_view id, std::span<const RenamedCase> renamed) {
  std::vector<std::string> all;
  const auto add = [&](std::string_view later) {
    for (const RenamedCase& one : renamed) {
      const auto rest = rest_behind(one.now, later);
      if (!rest) continue;
      std::string former = one.before + std::string(*rest);
      const bool is_known = former == id || std::ranges::find(all, former) != all.end();
      if (!is_known) all.push_back(std::move(former));
    }
  };
  add(id);
  // What was renamed twice. No id comes twice, so that this ends.
  for (std::size_t i = 0; i < all.size(); ++i) add(std::string(all[i]));
  return all;
}

std::string note_on_renamed(std::string_view glob, std::span<const Case> cases) {
  std::vector<std::string_view> now;
  for (const Case& one : cases) {
    if (matches_glob(glob, one.id)) return {};
    if (is_named(one, glob)) now.push_back(one.id);
  }
  if (now.empty()) return {};
  return fmt::format("\"{}\" is now {}{}", glob, now.front(),
                     now.size() == 1 ? "" : fmt::format(" and {} more", now.size() - 1));
}

}  // namespace p1rig
