#include "simulator/truth_text.h"

#include "protocol/decimal.h"
#include "protocol/timestamp.h"

namespace p1rig {
std::string iso_time(std::chrono::sys_seconds instant, const Zone& zone) {
  const auto offset = std::chrono::duration_cast<std::chrono::minutes>(zone.offset(instant));
  const Timestamp local = zone.local(instant);
  // The letter says which offset; the minutes that S would add are in `offset` already.
  const auto normal = local.season == 'S' ? offset - std::chrono::minutes{60} : offset;
  return to_iso_string(local, normal);
}

std::string truth_text(const TruthField& field, const Zone& zone) {
  switch (field.kind) {
    case TruthField::Kind::kNumber: {
      Decimal number;
      number.digits = field.digits;
      number.decimals = static_cast<std::uint8_t>(field.decimals);
      number.minus = field.digits < 0;
      const std::string digits = to_plain_string(number);
      return field.unit.empty() ? digits : digits + " " + field.unit;
    }
    case TruthField::Kind::kTime:
      return iso_time(field.instant, zone);
    case TruthField::Kind::kText:
      return field.text;
    case TruthField::Kind::kUnset:
      break;
  }
  return {};
}

}  // namespace p1rig
