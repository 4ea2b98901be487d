#include "simulator/table_values.h"

#include <vector>

#include "simulator/suggest.h"

namespace p1rig {

std::optional<std::chrono::sys_seconds> read_instant(TableReader& table, std::string_view key,
                                                     const Zone& zone) {
  const auto text = table.string(key);
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
                   "\"" + medium + "\" is none of: gas, water, heat, cold, electricity" +
                       did_you_mean(medium, {"gas", "water", "heat", "cold", "electricity"}));
  } else if (profile.layout.mbus[static_cast<std::size_t>(*found)][0].empty()) {
    table.complain("medium", profile.name + " has no [mbus." + medium + "]");
  }
  device.medium = found.value_or(Medium::kGas);
  device.ean = table.string("ean").value_or("");
  device.valve = table.integer("valve", 0, 9).value_or(1);
  device.reading = read_value(table, "reading", dimension_of(device.medium),
                              QuantityKind::kRegister, customary_unit(device.medium));
  return device;
}

}  // namespace p1rig
