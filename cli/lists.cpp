// The lists of the tables: dialects, quantities, profiles, scenarios.

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "cli/catalogue.h"
#include "cli/command.h"
#include "cli/compare.h"
#include "protocol/dialect.h"
#include "protocol/json_text.h"
#include "simulator/files/read_file.h"
#include "simulator/profile/profile.h"
#include "simulator/quantity.h"
#include "simulator/scenario/scenario.h"

namespace p1rig {
namespace {

using Json = nlohmann::ordered_json;

std::string line_of(const LineSettings& line) {
  return fmt::format("{} {}", line.baud, framing_of(line));
}

CatalogueEntry entry_of(const Dialect& dialect) {
  Json objects = Json::array();
  std::vector<TableRow> rows;
  for (const ObjectRule& rule : dialect.rules) {
    objects.push_back({{"obis", rule.obis}, {"shape", rule.shape}, {"meaning", rule.meaning}});
    rows.push_back({std::string(rule.obis), std::string(rule.shape), std::string(rule.meaning)});
  }
  const Json json = {{"name", dialect.name},
                     {"document", dialect.document},
                     {"baud", dialect.line.baud},
                     {"framing", framing_of(dialect.line)},
                     {"period_s", dialect.period.count()},
                     {"crc", dialect.has_crc},
                     {"utc_offset_min", dialect.normal_offset.count()},
                     {"summer_time", dialect.summer_time},
                     {"summary", dialect.summary},
                     {"objects", objects}};
  const std::string head = fmt::format(
      "{}: {}\n{}\n{}, every {} s, {}\n\n", dialect.name, dialect.document, dialect.summary,
      line_of(dialect.line), dialect.period.count(), dialect.has_crc ? "CRC-16/ARC" : "no CRC");
  return {std::string(dialect.name),
          {std::string(dialect.document), line_of(dialect.line),
           fmt::format("{:>2} s", dialect.period.count()), std::string(dialect.summary)},
          json.dump(),
          head + in_columns(rows)};
}

std::string_view kind_name(QuantityKind kind) {
  static constexpr std::array<std::string_view, 6> kNames = {"time",    "text",    "register",
                                                             "instant", "counter", "code"};
  return kNames.at(static_cast<std::size_t>(kind));
}

CatalogueEntry entry_of(const QuantityRow& row) {
  const Json json = {{"name", row.name},
                     {"kind", kind_name(row.kind)},
                     {"unit", row.unit},
                     {"meaning", row.meaning}};
  return {std::string(row.name),
          {std::string(kind_name(row.kind)), std::string(row.unit), std::string(row.meaning)},
          json.dump(),
          fmt::format("{}: {}\nkind: {}\nunit: {}", row.name, row.meaning, kind_name(row.kind),
                      row.unit.empty() ? "none" : row.unit)};
}

CatalogueEntry entry_of(const Profile& profile) {
  const Json json = {{"name", profile.name},
                     {"title", profile.title},
                     {"brand", profile.brand},
                     {"model", profile.model},
                     {"country", profile.country},
                     {"dialect", profile.dialect->name},
                     {"phases", profile.phases},
                     {"baud", profile.line.baud},
                     {"framing", framing_of(profile.line)},
                     {"period_s", profile.schedule.period.count()},
                     {"zone", profile.zone.name()},
                     {"crc", profile.layout.has_crc},
                     {"encrypted", profile.encryption.has_value()},
                     {"identification", profile.identification},
                     {"follows", profile.evidence.follows},
                     {"file", profile.file}};
  return {.name = profile.name,
          .facts = {std::string(profile.dialect->name), profile.country, line_of(profile.line),
                    profile.title},
          .json = json_text(json),
          .details = read_file(profile.file).value_or("")};
}

}  // namespace

int run_dialects(const Arguments& arguments) {
  return run_catalogue("dialects", "Lists the known dialects of P1.", arguments, [] {
    std::vector<CatalogueEntry> list;
    for (const Dialect& dialect : dialects()) list.push_back(entry_of(dialect));
    return list;
  });
}

int run_quantities(const Arguments& arguments) {
  return run_catalogue("quantities", "Lists the quantities that a profile can show.", arguments,
                       [] {
                         std::vector<CatalogueEntry> list;
                         for (const QuantityRow& row : quantities()) list.push_back(entry_of(row));
                         return list;
                       });
}

int run_profiles(const Arguments& arguments) {
  Options options("profiles [GLOB]… [show NAME] [--like CAPTURE] [--json]",
                  "Lists the meters that can be simulated.");
  options.value("like", "CAPTURE", "rank them by how much their telegrams are like these");
  options.flag("json", "machine-readable: an array of objects, or one object");
  if (const auto code = options.parse(arguments, 0, Options::kAnyNumber)) return *code;
  if (const auto capture = options.get("like")) {
    if (!options.words().empty()) return options.misuse("--like: ranks all profiles");
    return rank_profiles(*capture, options.has("json"));
  }
  std::vector<CatalogueEntry> list;
  for (const auto& [name, file] : list_profiles()) {
    const auto profile = load_profile(file);
    list.push_back(profile ? entry_of(*profile)
                           : CatalogueEntry{.name = name, .broken = profile.error().message});
  }
  return show_catalogue("profiles", options, list);
}

int run_scenarios(const Arguments& arguments) {
  return run_catalogue("scenarios", "Lists the scenarios.", arguments, [] {
    std::vector<CatalogueEntry> list;
    for (const auto& [name, file] : list_scenarios()) {
      const auto head = read_scenario_head(file);
      if (!head) {
        list.push_back({.name = name, .broken = head.error().message});
        continue;
      }
      const Json json = {{"name", name},
                         {"title", head->title},
                         {"made_for", head->made_for},
                         {"start", head->start},
                         {"file", file.string()}};
      list.push_back({.name = name,
                      .facts = {head->title},
                      .json = json_text(json),
                      .details = read_file(file).value_or("")});
    }
    return list;
  });
}

}  // namespace p1rig
