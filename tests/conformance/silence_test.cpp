#include "conformance/run/silence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "conformance/mutants/mutant.h"
#include "conformance/mutants/mutant_trial.h"
#include "conformance/run/conform.h"

namespace p1rig::silence_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> does(const char* mutant, const char* dialect) {
  const auto cases = load_all_cases();
  if (!cases) throw std::runtime_error(cases.error().message);
  const auto grounds = trial_grounds(*cases, dialect);
  if (!grounds) throw std::runtime_error(grounds.error().message);
  return probe_mutant(*find_mutant(mutant), grounds->front());
}

TEST(Silence, AnotherCrcIsFound) {
  EXPECT_THAT(does("crc-modbus", "dsmr-5.0"),
              ElementsAre("reports telegrams whose CRC is CRC-16/MODBUS"));
  EXPECT_THAT(does("crc-without-bang", "dsmr-5.0"),
              ElementsAre("reports telegrams whose CRC leaves out the '!'"));
  EXPECT_THAT(does("crc-required", "dsmr-3.0"), ElementsAre("reports telegrams with a CRC"));
}

TEST(Silence, AReportThatComesWithTheNextTelegramIsSeen) {
  EXPECT_THAT(does("one-behind", "dsmr-5.0"),
              ElementsAre("reports a telegram only when the next one has come"));
}

/// The two lines of gas: (NTA 8130, DSMR-P1 3.0 §4.6).
TEST(Silence, TheObjectThatIsNotUnderstoodIsFound) {
  EXPECT_THAT(does("refuses-continuations", "dsmr-3.0"),
              ElementsAre("reports the telegram if it ends before 0-1:24.3.0"));
}

TEST(Silence, ADefectIsNamedByWhatItDoes) {
  KnownDefects defects;
  const std::vector<std::string> modbus = {"reports telegrams whose CRC is CRC-16/MODBUS"};
  defects.all.push_back({.name = "crc-modbus",
                         .twins = {},
                         .does = "the CRC begins with FFFF",
                         .code = {},
                         .fails = {},
                         .fails_at = {},
                         .silent_at = {{"dsmr-5.0", modbus}}});
  EXPECT_EQ(explain_silence("dsmr-5.0", modbus, defects),
            "; the reader reports telegrams whose CRC is CRC-16/MODBUS; so would `crc-modbus`: the "
            "CRC begins with FFFF");
  EXPECT_THAT(explain_silence("dsmr-5.0", {}, defects), IsEmpty());
  defects.all.front().silent_at["dsmr-5.0"].clear();
  defects.all.push_back(defects.all.front());
  defects.all.back().name = "other";
  EXPECT_EQ(explain_silence("dsmr-5.0", {}, defects), "; so would `crc-modbus` or `other`");
}

}  // namespace
}  // namespace p1rig::silence_test
