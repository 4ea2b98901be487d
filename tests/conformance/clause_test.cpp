#include "conformance/judge/clause.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "conformance/judge/lint.h"
#include "protocol/dialect.h"

namespace p1rig::clause_test {
namespace {

TEST(Clauses, AreOfTheDialectsOwnDocuments) {
  for (const Dialect& dialect : dialects()) {
    for (const std::string_view clause :
         {"DSMR-P1 5.0.2 §6.1", "DSMR-P1 5.0.2 §6.2", "DSMR-P1 5.0.2 §6.3", "DSMR-P1 5.0.2 §6.4",
          "DSMR-P1 5.0.2 §6.10", "DSMR-P1 5.0.2 §6.11", "DSMR-P1 5.0.2 §6.12", "DSMR-P1 5.0.2 §7.2",
          "DSMR-P1 5.0.2 §7.3", "DSMR-P1 3.0 §5.2", "LUX-P1 1.1.3 §3.2.5", ""}) {
      for (const LintRule& rule : lint_rules()) {
        const std::string cited = clause_in(dialect, rule.id, clause);
        EXPECT_TRUE(is_own_clause(dialect, cited)) << dialect.name << ' ' << cited;
        EXPECT_EQ(clause_in(dialect, rule.id, cited), cited) << "once is enough";
      }
    }
    for (const ObjectRule& rule : dialect.rules) {
      const std::string cited = clause_in(dialect, "value-format", rule.clause);
      EXPECT_TRUE(is_own_clause(dialect, cited)) << dialect.name << ' ' << cited;
    }
  }
  const auto in = [](const char* dialect, const char* clause) {
    return clause_in(*find_dialect(dialect), "crc-wrong", clause);
  };
  EXPECT_EQ(in("se-2.0", "DSMR-P1 5.0.2 §6.2"), "SE-P1 2.0, after DSMR-P1 5.0.2 §6.2");
  EXPECT_EQ(in("emucs-2.1", "e-MUCS-P1 1.7.1"), "e-MUCS-P1 2.1.1");
  EXPECT_EQ(in("emucs-2.1", "e-MUCS H 1.3 §3.3.1"), "e-MUCS H 1.3 §3.3.1");
  EXPECT_EQ(in("dsmr-4.2", "DSMR-P1 4.0.4 §5.12"), "DSMR-P1 4.2.2 §5.12");
  EXPECT_EQ(in("dsmr-3.0", "DSMR-P1 5.0.2 §6.12"), "DSMR-P1 3.0 §5.11");
  EXPECT_EQ(in("at-t210", "LUX-P1 1.1.3 §3.2.5"),
            "Sagemcom T210-D-r AT, after LUX-P1 1.1.3 §3.2.5");
}

}  // namespace
}  // namespace p1rig::clause_test
