#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/catalogue.h"
#include "cli/command.h"
#include "simulator/faults/fault.h"

namespace p1rig {
namespace {

std::string_view stage_name(FaultStage stage) {
  switch (stage) {
    case FaultStage::kText:
      return "text";
    case FaultStage::kSeal:
      return "seal";
    case FaultStage::kFrame:
      return "frame";
    case FaultStage::kBytes:
      return "bytes";
    case FaultStage::kLine:
      return "line";
  }
  return "";
}

std::string_view place_names(FaultPlace place) {
  switch (place) {
    case FaultPlace::kNone:
      return "";
    case FaultPlace::kLine:
      return "OBIS|line:N";
    case FaultPlace::kByte:
      return "OBIS|line:N|byte:N|crc";
  }
  return "";
}

std::string acts_on(const FaultRow& row) {
  return std::string(stage_name(row.stage)) +
         (row.sealed_only ? " (only for sealed telegrams)" : "");
}

/// "1 byte", "8 bytes", "500 ms", "x-25", "any digit": the table has plurals.
std::string default_of(const FaultRow& row) {
  if (row.words != nullptr) return write_amount(row, row.default_amount);
  std::string_view unit = row.unit;
  if (row.default_amount == 1 && unit != "ms" && unit.ends_with('s')) unit.remove_suffix(1);
  return row.default_amount == 0 ? fmt::format("any {}", unit)
                                 : fmt::format("{} {}", row.default_amount, unit);
}

/// "digit, default 0, at most 4", or the words that there are.
std::string describe_amount(const FaultRow& row) {
  if (row.unit.empty()) return "none";
  if (row.words != nullptr) {
    return fmt::format("{}, default {}: {}", row.unit, default_of(row),
                       fmt::join(row.words(), ", "));
  }
  return fmt::format("{}, default {}, at most {}", row.unit,
                     row.default_amount == 0 ? "any" : std::to_string(row.default_amount),
                     row.largest_amount);
}

CatalogueEntry entry_of(const FaultRow& row) {
  nlohmann::ordered_json json = {{"name", row.id},
                                 {"summary", row.summary},
                                 {"unit", row.unit},
                                 {"default", row.default_amount},
                                 {"largest", row.largest_amount},
                                 {"stage", stage_name(row.stage)},
                                 {"crc_stays_right", row.crc_stays_right},
                                 {"sealed_only", row.sealed_only},
                                 {"at", place_names(row.at)}};
  if (row.words != nullptr) {
    json["default"] = write_amount(row, row.default_amount);
    json["words"] = row.words();
  }
  const std::string amount = row.unit.empty() ? "" : fmt::format(" (={})", default_of(row));
  const std::string details = fmt::format(
      "{}: {}\n"
      "acts on: {}\n"
      "amount: {}\n"
      "{} afterwards: {}\n"
      "options: every=N, {}from=TIME, until=TIME",
      row.id, row.summary, acts_on(row), describe_amount(row), row.sealed_only ? "tag" : "CRC",
      row.crc_stays_right ? "right"
      : row.sealed_only   ? "wrong"
                          : "wrong or missing",
      row.at == FaultPlace::kNone ? "" : fmt::format("at={}, ", place_names(row.at)));
  return {std::string(row.id),
          {std::string(stage_name(row.stage)), std::string(row.summary) + amount},
          json.dump(),
          details};
}

}  // namespace

int run_faults(const Arguments& arguments) {
  return run_catalogue("faults", "Lists the faults for `simulate --fault`.", arguments, [] {
    std::vector<CatalogueEntry> list;
    for (const FaultRow& row : faults()) list.push_back(entry_of(row));
    return list;
  });
}

}  // namespace p1rig
