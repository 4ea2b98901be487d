#include "conformance/run/ordinary.h"

#include <fmt/core.h>

#include <string>
#include <utility>

#include "conformance/judge/clause.h"
#include "protocol/dialect.h"

namespace p1rig {
namespace {

/// What a case says of itself.
struct Words {
  std::string_view requirement;
  std::string title;
  std::string_view why, argues;
};

Case ordinary_case(const Dialect& dialect, std::string_view what, const Words& words) {
  Case one{.id = fmt::format("{}/ordinary/{}", dialect.name, what)};
  one.requirement = words.requirement;
  one.title = words.title;
  one.clause = dialect.document;
  one.why = words.why;
  one.argues = words.argues;
  one.level = Level::kMust;
  one.basis = Basis::kDerived;
  one.dialects = {std::string(dialect.name)};
  one.since = suite_versions().back();
  return one;
}

/// The requirement that covers a value of this kind.
std::string_view requirement_on(Obis code, const ContractValue& value) {
  if (is_mbus_reading(code)) return "R-MBS-06";
  switch (value.kind) {
    case ContractValue::Kind::kList:
      return "R-LOG-01";
    case ContractValue::Kind::kTimed:
      return "R-TIM-01";
    default:
      break;
  }
  const bool is_number = value.text.find(' ') != std::string::npos;
  return is_number ? "R-PAR-07" : "R-PAR-06";
}

/// The clause of the dialect that says what the object holds.
std::string clause_of(const Dialect& dialect, Obis code) {
  const ObjectRule* const rule = find_object_rule(dialect, code);
  if (rule == nullptr) return std::string(dialect.document);
  return clause_in(dialect, "", rule->clause);
}

}  // namespace

bool is_ordinary(const Case& one) { return is_ordinary_id(one.id); }

bool is_ordinary_id(std::string_view id) { return id.find("/ordinary/") != id.npos; }

std::vector<Case> ordinary_cases(StimulusMaker& maker) {
  const Dialect& dialect = *maker.profile().dialect;
  maker.begin("ordinary");
  const ContractTelegram telegram = maker.clean("").telegram->meant;
  std::vector<Case> cases;

  cases.push_back(ordinary_case(
      dialect, "reported",
      {.requirement = "R-FRM-03",
       .title = "Every ordinary telegram is reported once",
       .why = "All other cases depend on it.",
       .argues =
           "The meter sends a complete telegram each period, and nothing in these is unusual."}));

  for (const auto& [code, value] : telegram.values) {
    const std::string name = to_string(code);
    const ObjectRule* const rule = find_object_rule(dialect, code);
    const std::string object = rule == nullptr || rule->meaning.empty()
                                   ? name
                                   : fmt::format("{} ({})", name, rule->meaning);
    cases.push_back(ordinary_case(
        dialect, name,
        {.requirement = requirement_on(code, value),
         .title = object + " is reported as sent",
         .why = "An object that is wrong in every telegram is not judged in other cases.",
         .argues =
             "The document says what the object holds, and this is an ordinary value of it."}));
    cases.back().clause = clause_of(dialect, code);
  }

  cases.push_back(
      ordinary_case(dialect, "extra",
                    {.requirement = "R-PAR-03",
                     .title = "Nothing is reported that was not sent",
                     .why = "A value that nobody sent is believed like any other.",
                     .argues = "What a telegram does not contain, the meter does not say."}));

  if (telegram.mbus && !telegram.mbus->empty()) {
    cases.push_back(ordinary_case(
        dialect, "mbus",
        {.requirement = "R-MBS-01",
         .title = "The devices on the M-Bus are reported as sent",
         .why = "What a reader claims to have concluded has to be correct.",
         .argues = "Each device has its type, identifier and reading in the telegram."}));
    cases.back().needs = {"mbus"};
  }
  if (dialect.normal_tariff != 0) {
    cases.push_back(ordinary_case(
        dialect, "tariffs",
        {.requirement = "R-BE-01",
         .title = "Each tariff register is reported for the tariff that it counts",
         .why = "Tariff 1 is low in the Netherlands and normal in Belgium.",
         .argues = "The document says which of the two registers counts normal tariff."}));
    cases.back().needs = {"tariffs"};
  }
  return cases;
}

}  // namespace p1rig
