#include "cli/truth_json.h"

#include <nlohmann/json.hpp>

#include "protocol/decimal.h"

namespace p1rig {
namespace {

using Json = nlohmann::ordered_json;

std::string iso_time(std::chrono::sys_seconds instant, const Zone& zone) {
  const auto offset = std::chrono::duration_cast<std::chrono::minutes>(zone.offset(instant));
  Timestamp local = zone.local(instant);
  // The letter says which offset; the minutes that S would add are in `offset` already.
  const auto normal = local.season == 'S' ? offset - std::chrono::minutes{60} : offset;
  return to_iso_string(local, normal);
}

Json json_of(const TruthField& field, const Zone& zone) {
  switch (field.kind) {
    case TruthField::Kind::kNumber: {
      Decimal number;
      number.digits = field.digits;
      number.decimals = static_cast<std::uint8_t>(field.decimals);
      number.minus = field.digits < 0;
      const std::string text = to_plain_string(number);
      return field.unit.empty() ? text : text + " " + field.unit;
    }
    case TruthField::Kind::kTime:
      return iso_time(field.instant, zone);
    case TruthField::Kind::kUnset:
      return nullptr;
    case TruthField::Kind::kText:
      return field.text;
  }
  return nullptr;
}

}  // namespace

std::string truth_json_line(const Truth& truth, const Zone& zone) {
  Json telegram = Json::object();
  for (const TruthEntry& entry : truth) {
    Json value;
    const auto& fields = entry.fields;
    if (fields.size() == 1) {
      value = json_of(fields[0], zone);
    } else if (fields.size() == 2 && fields[0].kind == TruthField::Kind::kTime) {
      value = {{"at", json_of(fields[0], zone)}, {"value", json_of(fields[1], zone)}};
    } else {
      value = Json::array();
      for (const TruthField& field : fields) value.push_back(json_of(field, zone));
    }
    telegram[to_string(entry.code)] = std::move(value);
  }
  return Json{{"telegram", std::move(telegram)}}.dump(-1, ' ', false,
                                                      Json::error_handler_t::replace);
}

}  // namespace p1rig
