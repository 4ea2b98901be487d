// What is given and empty is not absent: every string of every file of every kind, set to "".
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "conformance/reader/reader_file.h"
#include "conformance/run/waivers.h"
#include "conformance/suite/case.h"
#include "simulator/files/document.h"
#include "simulator/profile/profile.h"
#include "simulator/quantity.h"
#include "simulator/scenario/calendar.h"
#include "simulator/scenario/scenario.h"

namespace p1rig::empty_values_test {
namespace {

namespace fs = std::filesystem;

/// Where a string of a file stands, and the key that it, or the list that it is in, belongs to.
struct Text {
  std::string key;
  Place place;
};

void collect(const std::string& key, const Node& node, std::vector<Text>& texts) {
  if (node.string() != nullptr) texts.push_back({key, node.place});
  if (const auto* items = node.array()) {
    for (const Node& item : *items) collect(key, item, texts);
  }
  if (const auto* table = node.table()) {
    for (const auto& [name, value] : *table) collect(name, value, texts);
  }
}

/// The byte at that place; a column counts characters.
std::size_t offset_of(const std::string& text, Place place) {
  std::size_t at = 0;
  for (std::uint32_t line = 1; line < place.line; ++line) at = text.find('\n', at) + 1;
  for (std::uint32_t column = 1; column < place.column; ++column) {
    ++at;
    while ((static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80) ++at;
  }
  return at;
}

/// The text with "" in the place of the string that begins at `at`.
std::string emptied(const std::string& text, std::size_t at) {
  const std::string three(3, text[at]);
  const std::string quotes = text.compare(at, 3, three) == 0 ? three : three.substr(0, 1);
  std::size_t end = at + quotes.size();
  while (text.compare(end, quotes.size(), quotes) != 0) {
    end += text[end] == '\\' && text[at] == '"' ? 2U : 1U;
  }
  return text.substr(0, at) + "\"\"" + text.substr(end + quotes.size());
}

/// Keys of which an empty text says something: a device without an identifier, a time that is not
/// known, what was printed where something was meant, a line without anything, an argument, a message
/// that is taken away.
const std::set<std::string> kMayBeEmpty = {"printed", "id",  "at",      "month",         "value",
                                           "medium",  "add", "command", "identification"};

bool may_be_empty(std::string_view folder, const std::string& key) {
  // Values of quantities, of objects and of variables are texts of their own.
  const bool is_name = key.find_first_of(".:{") != std::string::npos || key == "TZ";
  const bool is_message = folder == "profiles/scenarios" && (key == "text" || key == "code");
  return is_name || is_message || find_quantity(key) != nullptr || kMayBeEmpty.contains(key);
}

std::string read(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

template <class T>
std::string error_of(const Result<T>& result) {
  return result ? "" : result.error().message;
}

std::string load_one_scenario(const fs::path& file) {
  static std::map<std::string, Profile> profiles;
  const auto head = read_scenario_head(file);
  if (!head) return head.error().message;
  const std::string name = head->made_for.empty() ? "iskra-am550" : head->made_for;
  auto found = profiles.find(name);
  if (found == profiles.end()) found = profiles.emplace(name, find_profile(name).value()).first;
  return error_of(load_scenario(file, found->second));
}

bool is_waiver_file(const fs::path& file) { return file.string().ends_with(".waivers.toml"); }

std::string load_reader_or_waivers(const fs::path& file) {
  return is_waiver_file(file) ? error_of(load_waivers(file)) : error_of(load_reader(file));
}

struct Kind {
  const char* folder;
  std::string (*load)(const fs::path&);  ///< what is wrong; empty where nothing is
  std::size_t least_keys;
};

void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.folder; }

class EmptyValues : public testing::TestWithParam<Kind> {};

TEST_P(EmptyValues, AreNotTakenForAbsentOnes) {
  std::set<std::string> keys;
  for (const auto& entry : fs::directory_iterator(fs::path(P1RIG_SOURCE_DIR) / GetParam().folder)) {
    if (entry.path().extension() != ".toml") continue;
    const std::string whole = read(entry.path());
    const fs::path written =
        fs::path(testing::TempDir()) / ("~" + entry.path().filename().string());
    std::vector<Text> texts;
    collect("", parse_document("a.toml", whole).value().root, texts);
    // Of a key that comes often, the first is enough.
    std::set<std::string> tried;
    for (const Text& one : texts) {
      if (may_be_empty(GetParam().folder, one.key) || !tried.insert(one.key).second) continue;
      std::ofstream(written, std::ios::binary) << emptied(whole, offset_of(whole, one.place));
      const std::string said = GetParam().load(written);
      EXPECT_THAT(said, testing::HasSubstr(":" + std::to_string(one.place.line) + ":"))
          << entry.path() << ": " << one.key;
      EXPECT_THAT(said, testing::HasSubstr("expected")) << entry.path() << ": " << one.key;
    }
    fs::remove(written);
    keys.merge(tried);
  }
  EXPECT_GE(keys.size(), GetParam().least_keys);
}

TEST_P(EmptyValues, ThatMayBeEmptyDoNoHarm) {
  for (const auto& entry : fs::directory_iterator(fs::path(P1RIG_SOURCE_DIR) / GetParam().folder)) {
    if (entry.path().extension() != ".toml") continue;
    const std::string whole = read(entry.path());
    const fs::path written =
        fs::path(testing::TempDir()) / ("~may-" + entry.path().filename().string());
    std::vector<Text> texts;
    collect("", parse_document("a.toml", whole).value().root, texts);
    std::set<std::string> tried;
    for (const Text& one : texts) {
      if (!may_be_empty(GetParam().folder, one.key) || !tried.insert(one.key).second) continue;
      std::ofstream(written, std::ios::binary) << emptied(whole, offset_of(whole, one.place));
      // Taken, or refused for a reason that names the file.
      const std::string said = GetParam().load(written);
      EXPECT_TRUE(said.empty() || said.find(written.string() + ":") != said.npos) << said;
    }
    fs::remove(written);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Files, EmptyValues,
    testing::Values(Kind{"profiles",
                         [](const fs::path& file) { return error_of(load_profile(file)); }, 20},
                    Kind{"profiles/scenarios", load_one_scenario, 15},
                    Kind{"profiles/tariffs",
                         [](const fs::path& file) { return error_of(load_calendar(file)); }, 5},
                    Kind{"conformance/cases",
                         [](const fs::path& file) { return error_of(load_cases(file)); }, 15},
                    Kind{"conformance/readers", load_reader_or_waivers, 10}),
    [](const auto& param) { return fs::path(param.param.folder).filename().string(); });

}  // namespace
}  // namespace p1rig::empty_values_test
