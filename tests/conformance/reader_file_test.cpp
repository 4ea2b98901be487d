#include "conformance/reader/reader_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace p1rig::reader_file_test {
namespace {

using testing::HasSubstr;

/// What is said of a reader file whose second line is this.
std::string complaint(const std::string& line) {
  const auto file = std::filesystem::path(testing::TempDir()) / "p1rig_reader_file_test.toml";
  std::ofstream(file) << "[reader]\n" << line << "\ncommand = ['x']\n";
  const auto reader = load_reader(file);
  std::filesystem::remove(file);
  return reader ? "" : reader.error().message;
}

TEST(ReaderFile, AnEnvironmentIsATableOfTexts) {
  EXPECT_EQ(complaint("environment = {}"), "");
  EXPECT_EQ(complaint("environment = { TZ = 'UTC', EMPTY = '' }"), "");
  for (const char* value : {"''", "[]", "5", "[[]]"}) {
    EXPECT_THAT(complaint(std::string("environment = ") + value),
                HasSubstr(":2:15: environment: expected a table such as { TZ = \"UTC\" }, found "))
        << value;
  }
  EXPECT_THAT(complaint("environment = { TZ = 5 }"),
              HasSubstr(":2:22: environment: TZ: expected a string, found an integer"));
}

// setenv() would take part of them, or nothing.
TEST(ReaderFile, VariablesThatNoEnvironmentCanHoldAreRefused) {
  for (const char* name : {"''", "'A=B'", "\"A\\u0000\""}) {
    EXPECT_THAT(complaint(std::string("environment = { ") + name + " = 'x' }"),
                HasSubstr("a variable name must not be empty or contain '=' or NUL"))
        << name;
  }
  EXPECT_THAT(complaint("environment = { A = \"x\\u0000y\" }"),
              HasSubstr(":2:21: environment: A: a variable cannot contain NUL"));
}

}  // namespace
}  // namespace p1rig::reader_file_test
