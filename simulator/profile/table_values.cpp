#include "simulator/profile/table_values.h"

#include <vector>

#include "simulator/files/suggest.h"

namespace p1rig {
namespace {

/// "90s", "1h", as durations are written.
std::string in_words(std::chrono::seconds duration) {
  const std::int64_t count = duration.count();
  if (count == 0) return "0s";
  if (count % 86'400 == 0) return std::to_string(count / 86'400) + "d";
  if (count % 3600 == 0) return std::to_string(count / 3600) + "h";
  if (count % 60 == 0) return std::to_string(count / 60) + "min";
  return std::to_string(count) + "s";
}

}  // namespace

std::optional<std::chrono::sys_seconds> read_instant(TableReader& table, std::string_view key,
                                                     const Zone& zone) {
  const auto text = table.time(key);
  if (!text) return std::nullopt;
  const auto instant = zone.parse_instant(*text);
  if (instant) return *instant;
  table.complain(key, instant.error().message);
  return std::nullopt;
}

std::int64_t read_value(TableReader& table, std::string_view key, Dimension dimension,
                        QuantityKind kind, std::string_view unit) {
  const auto text = table.string(key);
  if (!text) return 0;
  const auto value = parse_state_value(dimension, kind, unit, *text);
  if (!value) table.complain(key, value.error().message);
  return value.value_or(0);
}

std::chrono::seconds read_seconds(TableReader& table, std::string_view key,
                                  std::chrono::seconds otherwise, std::chrono::seconds least,
                                  std::chrono::seconds most) {
  const auto duration = table.duration(key);
  if (!duration) return otherwise;
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(*duration);
  if (whole != *duration) {
    table.complain(key, "expected whole seconds");
  } else if (whole < least || whole > most) {
    table.complain(key, "expected " + in_words(least) + " to " + in_words(most));
  }
  return whole;
}

std::int64_t read_reading(TableReader& table, std::string_view key, Medium medium) {
  const std::int64_t reading =
      read_value(table, key, dimension_of(medium), QuantityKind::kRegister, customary_unit(medium));
  if (reading < 0) table.complain(key, "it only counts up, from 0");
  // Room for centuries of counting.
  if (reading > INT64_MAX / 16) table.complain(key, "is too large");
  return reading;
}

void read_quantities(
    const std::string& name, const Node& node, Complaints& complaints,
    const std::function<Result<void>(const QuantityRow&, const std::string&)>& take) {
  const auto* table = node.table();
  if (table == nullptr) return complaints.add(node.place, name + ": expected a table");
  for (const auto& [key, value] : *table) {
    const QuantityRow* row = find_quantity(key);
    const std::string* text = value.string();
    if (row == nullptr) {
      std::vector<std::string_view> names;
      for (const QuantityRow& known : quantities()) names.push_back(known.name);
      complaints.add(value.place,
                     name + ": unknown quantity \"" + key + "\"" + did_you_mean(key, names));
    } else if (text == nullptr) {
      complaints.add(value.place, key + ": expected a string such as \"1.5 " +
                                      std::string(row->unit) + "\", found " +
                                      std::string(value.kind()));
    } else if (const auto done = take(*row, *text); !done) {
      complaints.add(value.place, key + ": " + done.error().message);
    }
  }
}

MbusDevice read_device(TableReader& table, const Profile& profile) {
  MbusDevice device;
  const std::string medium = table.required_string("medium");
  const auto found = find_medium(medium);
  if (!found || *found == Medium::kUnlinked) {
    table.complain("medium",
                   "\"" + medium + "\" is not one of: gas, water, heat, cold, electricity" +
                       did_you_mean(medium, {"gas", "water", "heat", "cold", "electricity"}));
  } else if (!profile.layout.has_block(*found)) {
    table.complain("medium", profile.name + " has no [mbus." + medium + "]");
  }
  device.medium = found.value_or(Medium::kGas);
  device.ean = table.string("ean").value_or("");
  device.valve = table.integer("valve", 0, 9).value_or(1);
  device.reading = read_reading(table, "reading", device.medium);
  return device;
}

}  // namespace p1rig
