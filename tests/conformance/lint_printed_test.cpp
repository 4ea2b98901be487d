#include <gtest/gtest.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "conformance/judge/lint.h"
#include "tests/conformance/telegrams.h"

// The telegrams that the documents print, with the misprints that they hold: exactly the error
// lines of captures/printed/expected-lint.toml, and no error anywhere else.

namespace p1rig::lint_printed_test {
namespace {

using Lines = std::set<std::size_t>;

std::string folder() { return std::string(P1RIG_SOURCE_DIR) + "/captures/printed/"; }

std::vector<std::string> printed_telegrams() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    if (entry.path().extension() == ".txt") names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

toml::table read_expectations() { return toml::parse_file(folder() + "expected-lint.toml"); }

Lines expected_lines(const toml::table& expectations, const std::string& name) {
  Lines lines;
  const toml::array* const errors = expectations[name]["errors"].as_array();
  if (errors == nullptr) return lines;
  for (const toml::node& error : *errors) {
    for (const toml::node& line : *(*error.as_table())["lines"].as_array()) {
      lines.insert(static_cast<std::size_t>(line.value<std::int64_t>().value()));
    }
  }
  return lines;
}

Lines error_lines(const std::vector<Finding>& findings) {
  Lines lines;
  for (const Finding& finding : findings) {
    if (finding.severity == Severity::kError) lines.insert(finding.line);
  }
  return lines;
}

class Printed : public ::testing::TestWithParam<std::string> {};

TEST_P(Printed, HasTheErrorsThatAreExpected) {
  const std::string bytes = test::read_file(folder() + GetParam());
  Linter linter(nullptr, {});
  const auto findings = linter.check(decode_telegram(bytes), 0);
  const toml::table expectations = read_expectations();
  EXPECT_EQ(error_lines(findings), expected_lines(expectations, GetParam()));
}

std::string test_name(const ::testing::TestParamInfo<std::string>& parameter) {
  std::string name = parameter.param;
  std::ranges::replace_if(
      name, [](char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Captures, Printed, ::testing::ValuesIn(printed_telegrams()), test_name);

TEST(PrintedExpectations, EachHasItsTelegram) {
  const auto names = printed_telegrams();
  EXPECT_FALSE(names.empty());
  const toml::table expectations = read_expectations();
  for (const auto& [key, value] : expectations) {
    EXPECT_NE(std::ranges::find(names, key.str()), names.end()) << key.str();
  }
}

}  // namespace
}  // namespace p1rig::lint_printed_test
