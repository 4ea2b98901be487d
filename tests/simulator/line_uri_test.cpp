#include "simulator/line/line_uri.h"

#include <gtest/gtest.h>

namespace p1rig::line_uri_test {
namespace {

std::string why(std::string_view uri) {
  const auto parsed = parse_line_uri(uri);
  return parsed ? "no error" : parsed.error().message;
}

TEST(LineUri, TakesSchemeAndAddressApart) {
  EXPECT_EQ(parse_line_uri("pty:"), (LineUri{.scheme = "pty"}));
  EXPECT_EQ(parse_line_uri("pty:/tmp/a:b"), (LineUri{.scheme = "pty", .address = "/tmp/a:b"}));
  EXPECT_EQ(parse_line_uri("stdout"), (LineUri{.scheme = "stdout"}));
}

TEST(LineUri, SaysWhatWasMeant) {
  EXPECT_EQ(why("ptty:"), "unknown line \"ptty:\", did you mean \"pty:\"?");
  EXPECT_EQ(why("ptty:/tmp/p1"), "unknown line \"ptty:\", did you mean \"pty:\"?");
  EXPECT_EQ(why("pty"), "unknown line \"pty\", did you mean \"pty:\"?");
  EXPECT_EQ(why("stdot"), "unknown line \"stdot\", did you mean \"stdout\"?");
}

TEST(LineUri, ListsTheLinesWhereNothingIsClose) {
  std::string forms;
  for (const LineKind& kind : line_kinds()) {
    forms += (forms.empty() ? "" : ", ") + std::string(kind.form);
  }
  EXPECT_EQ(why("quux:"), "unknown line \"quux:\"; a line is one of " + forms);
}

TEST(LineUri, RefusesAnAddressThatMeansNothing) {
  EXPECT_EQ(why("stdout:/tmp/x"),
            "line \"stdout:/tmp/x\": no address is allowed after \"stdout\"; expected stdout");
}

TEST(LineUri, RefusesUnknownOptions) {
  EXPECT_EQ(why("pty:/tmp/p1?colour=red"),
            "line \"pty:/tmp/p1?colour=red\": unknown option \"colour\"; expected "
            "pty:[/path/to/link]");
}

TEST(LineUri, EveryRowOfTheTableIsComplete) {
  for (const LineKind& kind : line_kinds()) {
    EXPECT_TRUE(kind.form.starts_with(kind.scheme)) << kind.scheme;
    EXPECT_FALSE(kind.summary.empty()) << kind.scheme;
    EXPECT_NE(kind.open, nullptr) << kind.scheme;
  }
}

}  // namespace
}  // namespace p1rig::line_uri_test
