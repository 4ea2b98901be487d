#include "cli/truth_json.h"

#include <nlohmann/json.hpp>

#include "protocol/json_text.h"
#include "simulator/truth_text.h"

namespace p1rig {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const TruthField& field, const Zone& zone) {
  if (field.kind == TruthField::Kind::kUnset) return nullptr;
  return truth_text(field, zone);
}

}  // namespace

const OutputKind kTruthKind{
    "a file of --truth", [](std::string_view text) { return text.starts_with("{\"telegram\":"); }};

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
  return json_text(Json{{"telegram", std::move(telegram)}});
}

}  // namespace p1rig
