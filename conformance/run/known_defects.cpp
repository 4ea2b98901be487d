#include "conformance/run/known_defects.h"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <utility>

#include "protocol/json_depth.h"
#include "simulator/files/data_dir.h"

namespace p1rig {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kFormat = 2;
constexpr const char* kEverywhere = "*";

/// Places as runs: "0-3 17".
std::string runs_of(std::span<const std::uint32_t> places) {
  std::string text;
  for (std::size_t i = 0; i < places.size();) {
    std::size_t last = i;
    while (last + 1 < places.size() && places[last + 1] == places[last] + 1) ++last;
    text += fmt::format("{}{}", text.empty() ? "" : " ", places[i]);
    if (last > i) text += fmt::format("-{}", places[last]);
    i = last + 1;
  }
  return text;
}

/// The places of such a text; nothing if it is malformed, or has a place from `end` on.
std::optional<std::vector<std::uint32_t>> places_in(const std::string& text, std::size_t end) {
  std::vector<std::uint32_t> places;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    unsigned long first = 0, last = 0;
    char dash = 0;
    std::istringstream run(word);
    if (!(run >> first)) return std::nullopt;
    last = first;
    if (run >> dash && (dash != '-' || !(run >> last))) return std::nullopt;
    if (last < first || last >= end) return std::nullopt;
    for (; first <= last; ++first) places.push_back(static_cast<std::uint32_t>(first));
  }
  if (!std::ranges::is_sorted(places)) return std::nullopt;
  return places;
}

bool holds(const std::vector<std::uint32_t>& places, std::uint32_t place) {
  return std::ranges::binary_search(places, place);
}

/// One defect of a file; nothing if it is malformed.
std::optional<KnownDefect> defect_of(const Json& json, std::size_t cases) {
  KnownDefect defect;
  defect.name = json.at("name");
  defect.does = json.at("does");
  defect.code = json.at("code");
  for (const Json& twin : json.at("twins")) defect.twins.push_back(twin);
  for (const auto& [dialect, runs] : json.at("fails").items()) {
    auto places = places_in(runs, cases);
    if (!places) return std::nullopt;
    (dialect == kEverywhere ? defect.fails : defect.fails_at[dialect]) = std::move(*places);
  }
  for (const auto& [way, runs] : json.at("ways").items()) {
    auto places = places_in(runs, cases);
    if (!places) return std::nullopt;
    defect.ways[way] = std::move(*places);
  }
  for (const auto& [dialect, answers] : json.at("silent").items()) {
    defect.silent_at[dialect] = answers.get<std::vector<std::string>>();
  }
  return defect;
}

}  // namespace

std::optional<std::uint32_t> KnownDefects::find_case(std::string_view id) const {
  const auto found = std::ranges::lower_bound(cases, id);
  if (found == cases.end() || *found != id) return std::nullopt;
  return static_cast<std::uint32_t>(found - cases.begin());
}

bool KnownDefects::fails(const KnownDefect& defect, std::uint32_t place,
                         const std::string& dialect) {
  if (holds(defect.fails, place)) return true;
  const auto here = defect.fails_at.find(dialect);
  return here != defect.fails_at.end() && holds(here->second, place);
}

std::vector<std::string> KnownDefects::ways_at(const KnownDefect& defect, std::uint32_t place) {
  std::vector<std::string> ways;
  for (const auto& [way, places] : defect.ways) {
    if (holds(places, place)) ways.push_back(way);
  }
  return ways;
}

std::vector<std::string> KnownDefects::as_silent(const std::string& dialect,
                                                 const std::vector<std::string>& answers) const {
  std::vector<std::string> names;
  for (const KnownDefect& defect : all) {
    const auto here = defect.silent_at.find(dialect);
    if (here != defect.silent_at.end() && here->second == answers) names.push_back(defect.name);
  }
  return names;
}

KnownDefects gather_defects(std::span<const DefectTrial> trials) {
  KnownDefects defects;
  std::set<std::string> ids;
  for (const DefectTrial& trial : trials) {
    for (const auto& [dialect, answers] : trial.at) {
      ids.insert(answers.failed.begin(), answers.failed.end());
    }
  }
  defects.cases.assign(ids.begin(), ids.end());
  for (const DefectTrial& trial : trials) {
    KnownDefect defect{.name = trial.name,
                       .twins = {},
                       .does = trial.does,
                       .code = trial.code,
                       .fails = {},
                       .fails_at = {},
                       .silent_at = trial.silent_at};
    std::map<std::uint32_t, std::vector<std::string>> failed_at;
    std::map<std::uint32_t, std::size_t> asked_at;
    for (const auto& [dialect, answers] : trial.at) {
      for (const std::string& id : answers.failed) {
        failed_at[*defects.find_case(id)].push_back(dialect);
      }
      for (const auto& [id, ways] : answers.ways) {
        for (const std::string& way : ways) defect.ways[way].push_back(*defects.find_case(id));
      }
      for (const std::string& id : answers.asked) {
        if (const auto place = defects.find_case(id)) ++asked_at[*place];
      }
    }
    for (const auto& [place, dialects] : failed_at) {
      if (dialects.size() == asked_at[place]) {
        defect.fails.push_back(place);
      } else {
        for (const std::string& dialect : dialects) defect.fails_at[dialect].push_back(place);
      }
    }
    for (auto& [way, places] : defect.ways) std::ranges::sort(places);
    // Nothing is known of those that fail nothing, because no reader with them can run.
    const bool is_known = !defect.fails.empty() || !defect.fails_at.empty();
    const auto twin = std::ranges::find_if(defects.all, [&](const KnownDefect& other) {
      return is_known && other.fails == defect.fails && other.fails_at == defect.fails_at &&
             other.ways == defect.ways && other.silent_at == defect.silent_at;
    });
    if (twin == defects.all.end()) {
      defects.all.push_back(std::move(defect));
    } else {
      twin->twins.push_back(trial.name);
    }
  }
  return defects;
}

const OutputKind kDefectsKind{"a file of --write-defects", [](std::string_view text) {
                                return text.starts_with("{\n \"format\": ") &&
                                       text.find("\n \"cases\": [") != text.npos;
                              }};

std::string to_json(const KnownDefects& defects) {
  const auto lines = [](const std::vector<std::string>& items) {
    std::string text;
    for (const std::string& item : items) text += (text.empty() ? "\n  " : ",\n  ") + item;
    return text;
  };
  std::vector<std::string> cases, rows;
  for (const std::string& id : defects.cases) cases.push_back(Json(id).dump());
  for (const KnownDefect& defect : defects.all) {
    Json fails = Json::object();
    if (!defect.fails.empty()) fails[kEverywhere] = runs_of(defect.fails);
    for (const auto& [dialect, places] : defect.fails_at) fails[dialect] = runs_of(places);
    Json ways = Json::object();
    for (const auto& [way, places] : defect.ways) ways[way] = runs_of(places);
    const Json row = {{"name", defect.name},       {"twins", defect.twins},
                      {"does", defect.does},       {"code", defect.code},
                      {"fails", std::move(fails)}, {"ways", std::move(ways)},
                      {"silent", defect.silent_at}};
    rows.push_back(row.dump());
  }
  return fmt::format("{{\n \"format\": {},\n \"cases\": [{}\n ],\n \"defects\": [{}\n ]\n}}\n",
                     kFormat, lines(cases), lines(rows));
}

Result<KnownDefects> parse_known_defects(const std::string& file, const std::string& text) {
  const auto broken = [&](std::string_view why) {
    return fail(fmt::format("{}: {}; `p1rig mutants --write-defects` renews it", file, why));
  };
  if (!is_shallow_json(text)) return broken("expected JSON");
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return broken("expected JSON");
  KnownDefects defects;
  try {
    if (json.at("format") != kFormat) return broken(fmt::format("expected format {}", kFormat));
    for (const Json& id : json.at("cases")) defects.cases.push_back(id);
    if (!std::ranges::is_sorted(defects.cases)) return broken("expected cases in order");
    for (const Json& row : json.at("defects")) {
      auto defect = defect_of(row, defects.cases.size());
      if (!defect) return broken(fmt::format("{}: expected places of cases", row.dump()));
      defects.all.push_back(std::move(*defect));
    }
  } catch (const Json::exception&) {
    return broken("expected format, cases and defects");
  }
  return defects;
}

Result<KnownDefects> load_known_defects() {
  const auto file = data_dir() / "conformance" / "known-defects.json";
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return fail(file.string() + ": cannot be read");
  const std::string text((std::istreambuf_iterator<char>(stream)), {});
  return parse_known_defects(file.string(), text);
}

}  // namespace p1rig
