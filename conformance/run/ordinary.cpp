#include "conformance/run/ordinary.h"

#include <fmt/core.h>

#include <string>
#include <utility>

#include "conformance/judge/clause.h"
#include "protocol/dialect.h"

namespace p1rig {
namespace {

Case ordinary_case(const Dialect& dialect, std::string_view what) {
  Case one{.id = fmt::format("{}/ordinary/{}", dialect.name, what)};
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

bool is_ordinary(const Case& one) { return one.id.find("/ordinary/") != std::string::npos; }

std::vector<Case> ordinary_cases(StimulusMaker& maker) {
  const Dialect& dialect = *maker.profile().dialect;
  maker.begin("ordinary");
  const ContractTelegram telegram = maker.clean("").telegram->meant;
  std::vector<Case> cases;

  Case reported = ordinary_case(dialect, "reported");
  reported.requirement = "R-FRM-03";
  reported.title = "Every ordinary telegram is reported once";
  reported.clause = dialect.document;
  reported.why = "All other cases depend on it.";
  reported.argues =
      "The meter sends a complete telegram each period, and nothing in these is unusual.";
  cases.push_back(std::move(reported));

  for (const auto& [code, value] : telegram.values) {
    const std::string name = to_string(code);
    Case one = ordinary_case(dialect, name);
    const ObjectRule* const rule = find_object_rule(dialect, code);
    one.requirement = requirement_on(code, value);
    one.title = rule == nullptr || rule->meaning.empty()
                    ? fmt::format("{} is reported as sent", name)
                    : fmt::format("{} ({}) is reported as sent", name, rule->meaning);
    one.clause = clause_of(dialect, code);
    one.why = "An object that is wrong in every telegram is not judged in other cases.";
    one.argues = "The document says what the object holds, and this is an ordinary value of it.";
    cases.push_back(std::move(one));
  }

  if (telegram.mbus && !telegram.mbus->empty()) {
    Case mbus = ordinary_case(dialect, "mbus");
    mbus.requirement = "R-MBS-01";
    mbus.title = "The devices on the M-Bus are reported as sent";
    mbus.clause = dialect.document;
    mbus.needs = {"mbus"};
    mbus.why = "What a reader claims to have concluded has to be correct.";
    mbus.argues = "Each device has its type, identifier and reading in the telegram.";
    cases.push_back(std::move(mbus));
  }
  if (dialect.normal_tariff != 0) {
    Case tariffs = ordinary_case(dialect, "tariffs");
    tariffs.requirement = "R-BE-01";
    tariffs.title = "Each tariff register is reported for the tariff that it counts";
    tariffs.clause = dialect.document;
    tariffs.needs = {"tariffs"};
    tariffs.why = "Tariff 1 is low in the Netherlands and normal in Belgium.";
    tariffs.argues = "The document says which of the two registers counts normal tariff.";
    cases.push_back(std::move(tariffs));
  }
  return cases;
}

}  // namespace p1rig
