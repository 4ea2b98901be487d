#include "simulator/files/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace p1rig::document_test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

Document parsed(std::string_view text) {
  auto document = parse_document("a.toml", std::string(text));
  EXPECT_TRUE(document) << document.error().message;
  return document.value_or(Document{});
}

/// What a reader of the whole file complains about after `read` has asked for its keys.
template <class Read>
std::string complaints(const Document& document, Read read) {
  Complaints complaints(document.file);
  TableReader reader("the file", &document.root, complaints);
  read(reader, complaints);
  reader.finish();
  return complaints.none() ? "" : complaints.error().message;
}

TEST(Document, RemembersWhereValuesStand) {
  const Document document = parsed(
      "[meter]\n"
      "name = \"Kaifa\"\n"
      "  phases   = 3\n"
      "list = [ 1, \"two\" ]\n"
      "\n"
      "[[device]]\n"
      "medium = 'gas'\n");
  const auto& root = *document.root.table();
  ASSERT_EQ(root.size(), 2U);
  EXPECT_EQ(root[0].key, "meter");
  const auto& meter = *root[0].node.table();
  EXPECT_EQ(*meter[0].node.string(), "Kaifa");
  EXPECT_EQ(meter[0].node.place.line, 2U);
  EXPECT_EQ(meter[0].node.place.column, 8U);
  EXPECT_EQ(meter[1].node.place.line, 3U);
  EXPECT_EQ(meter[1].node.place.column, 14U);
  const auto& list = *meter[2].node.array();
  EXPECT_EQ(list[1].place.line, 4U);
  EXPECT_EQ(list[1].place.column, 13U);
  const Node& device = root[1].node.array()->at(0);
  EXPECT_EQ(device.place.line, 6U);
}

TEST(Document, KeepsTheOrderOfTheFile) {
  const Document document = parsed("z = 1\na = 2\nm = 3\n");
  std::vector<std::string> keys;
  for (const auto& [key, node] : *document.root.table()) keys.push_back(key);
  EXPECT_THAT(keys, ElementsAre("z", "a", "m"));
}

TEST(Document, KindsAreNamedForPeople) {
  const Document document =
      parsed("a = 'x'\nb = 1\nc = 1.5\nd = true\ne = []\nf = {}\ng = 1979-05-27\n");
  std::vector<std::string> kinds;
  for (const auto& [key, node] : *document.root.table()) kinds.emplace_back(node.kind());
  EXPECT_THAT(kinds, ElementsAre("a string", "an integer", "a number", "a boolean", "an array",
                                 "a table", "a date or time without quotes"));
}

TEST(Document, BrokenSyntaxSaysWhere) {
  const auto document = parse_document("b.toml", "[meter]\nname = \"Kaifa\nbrand = 1\n");
  ASSERT_FALSE(document);
  EXPECT_THAT(document.error().message, StartsWith("b.toml:2:"));
}

TEST(Document, MissingFileAndFolderAreExplained) {
  const auto missing = read_document("/nowhere/at/all.toml");
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message,
              HasSubstr("/nowhere/at/all.toml: cannot be read: No such file or directory"));
  const auto folder = read_document(std::filesystem::temp_directory_path());
  ASSERT_FALSE(folder);
  EXPECT_THAT(folder.error().message, HasSubstr("is a directory, expected a file"));
}

TEST(Document, FilesThatWouldNeverEndAreRefused) {
  for (const char* name : {"/dev/zero", "/dev/tty"}) {
    const auto document = read_document(name);
    ASSERT_FALSE(document) << name;
    EXPECT_THAT(document.error().message, StartsWith(name));
  }
  const auto file = std::filesystem::path(testing::TempDir()) / "p1rig_document_large.toml";
  std::ofstream(file) << "# " << std::string(std::size_t{5} << 20U, 'x') << "\n";
  const auto large = read_document(file);
  std::filesystem::remove(file);
  ASSERT_FALSE(large);
  EXPECT_THAT(large.error().message, HasSubstr("has more than 4 MiB"));
}

TEST(Document, EmptyFileIsAnEmptyTable) {
  EXPECT_THAT(*parsed("").root.table(), IsEmpty());
  EXPECT_THAT(*parsed("# nothing\n").root.table(), IsEmpty());
}

TEST(Duration, IsANumberAndAUnit) {
  EXPECT_EQ(parse_duration("10s"), 10s);
  EXPECT_EQ(parse_duration("500ms"), 500ms);
  EXPECT_EQ(parse_duration("5min"), 5min);
  EXPECT_EQ(parse_duration("1h"), 1h);
  EXPECT_EQ(parse_duration("2d"), 48h);
  EXPECT_EQ(parse_duration("0s"), 0s);
}

TEST(Duration, IsNothingElse) {
  for (const char* text : {"", "10", "s", "10 s", "-10s", "+10s", "1.5s", "10S", "10m", "10sec",
                           " 10s", "10s ", "36526d", "999999999d", "99999999999999999999s"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(TableReader, GivesWhatIsThere) {
  const Document document = parsed(
      "name = 'x'\ncount = 3\nyes = true\nwait = '10s'\n"
      "words = ['a', 'b']\nphase = 'edge'\n");
  const std::string said = complaints(document, [](TableReader& table, Complaints&) {
    EXPECT_EQ(table.string("name"), "x");
    EXPECT_EQ(table.integer("count", 1, 3), 3);
    EXPECT_EQ(table.boolean("yes"), true);
    EXPECT_EQ(table.duration("wait"), 10s);
    EXPECT_THAT(table.strings("words"), ElementsAre("a", "b"));
    EXPECT_EQ(table.word("phase", {"free", "edge"}), "edge");
    EXPECT_EQ(table.required_string("name"), "x");
    EXPECT_EQ(table.string("absent"), std::nullopt);
    EXPECT_THAT(table.strings("none"), IsEmpty());
    EXPECT_EQ(table.node("nothing"), nullptr);
  });
  EXPECT_EQ(said, "");
}

TEST(TableReader, AnEmptyListIsRefusedWhereItMeansNothing) {
  const Document document = parsed("none = []\nsome = ['a']\nwrong = 'a'\n");
  const std::string said = complaints(document, [](TableReader& table, Complaints&) {
    EXPECT_THAT(table.some_strings("none"), IsEmpty());
    EXPECT_THAT(table.some_strings("some"), ElementsAre("a"));
    EXPECT_THAT(table.some_strings("absent"), IsEmpty());
    EXPECT_THAT(table.some_strings("wrong"), IsEmpty());
  });
  EXPECT_EQ(said,
            "a.toml:1:8: none: is empty: name at least one, or leave it out\n"
            "a.toml:3:9: wrong: expected an array of strings, found a string");
}

TEST(TableReader, WrongTypesAreComplainedAboutWhereTheyStand) {
  const Document document = parsed(
      "name = 3\n"
      "count = 'three'\n"
      "yes = 'true'\n"
      "wait = 'soon'\n"
      "words = ['a', 1]\n"
      "phase = 'edg'\n"
      "list = 'x'\n"
      "more = 1\n");
  const std::string said = complaints(document, [](TableReader& table, Complaints&) {
    EXPECT_EQ(table.string("name"), std::nullopt);
    EXPECT_EQ(table.integer("count", 0, 9), std::nullopt);
    EXPECT_EQ(table.boolean("yes"), std::nullopt);
    EXPECT_EQ(table.duration("wait"), std::nullopt);
    EXPECT_THAT(table.strings("words"), ElementsAre("a"));
    EXPECT_EQ(table.word("phase", {"free", "edge"}), std::nullopt);
    EXPECT_THAT(table.strings("list"), IsEmpty());
    EXPECT_THAT(table.tables("more"), IsEmpty());
  });
  EXPECT_EQ(said,
            "a.toml:1:8: name: expected a string, found an integer\n"
            "a.toml:2:9: count: expected an integer, found a string\n"
            "a.toml:3:7: yes: expected true or false, found a string\n"
            "a.toml:4:8: wait: \"soon\" is not a duration: expected a number and ms, s, min, h or "
            "d, such as \"10s\", at most 36525d\n"
            "a.toml:5:15: words: expected a string, found an integer\n"
            "a.toml:6:9: phase: \"edg\" is not one of: free, edge, did you mean \"edge\"?\n"
            "a.toml:7:8: list: expected an array of strings, found a string\n"
            "a.toml:8:8: more: expected an array of tables, found an integer");
}

TEST(TableReader, IntegersOutOfRangeAreNone) {
  const Document document = parsed(
      "suite = -9223372036854775808\nvalve = -1\nchannel = 4294967297\nlast = 4\nonly = 1\n");
  const std::string said = complaints(document, [](TableReader& table, Complaints&) {
    EXPECT_EQ(table.integer("suite", 0, 2), std::nullopt);
    EXPECT_EQ(table.integer("valve", 0, 9), std::nullopt);
    EXPECT_EQ(table.integer("channel", 1, 4), std::nullopt) << "1 where it is cut to 32 bits";
    EXPECT_EQ(table.integer("last", 1, 4), 4);
    EXPECT_EQ(table.integer("only", 0, 0), std::nullopt);
  });
  EXPECT_EQ(said,
            "a.toml:1:9: suite: expected 0 to 2, found -9223372036854775808\n"
            "a.toml:2:9: valve: expected 0 to 9, found -1\n"
            "a.toml:3:11: channel: expected 1 to 4, found 4294967297\n"
            "a.toml:5:8: only: expected 0, found 1");
}

TEST(TableReader, WhatIsEmptyIsNotAbsent) {
  const Document document = parsed(
      "name = ''\nneeded = ''\nwait = ''\nphase = ''\nwords = ['a', '']\nlist = []\nnote = ''\n"
      "arguments = ['']\n");
  const std::string said = complaints(document, [](TableReader& table, Complaints&) {
    EXPECT_EQ(table.string("name"), std::nullopt);
    EXPECT_EQ(table.required_string("needed"), "");
    EXPECT_EQ(table.duration("wait"), std::nullopt);
    EXPECT_EQ(table.word("phase", {"free", "edge"}), std::nullopt);
    EXPECT_THAT(table.strings("words"), ElementsAre("a"));
    EXPECT_THAT(table.strings("list"), IsEmpty());
    EXPECT_EQ(table.text("note"), "") << "where an empty text is one";
    EXPECT_THAT(table.texts("arguments"), ElementsAre(""));
  });
  EXPECT_EQ(said,
            "a.toml:1:8: name: is empty, expected a value\n"
            "a.toml:2:10: needed: is empty, expected a value\n"
            "a.toml:3:8: wait: is empty, expected a value\n"
            "a.toml:4:9: phase: is empty, expected a value\n"
            "a.toml:5:15: words: is empty, expected a value");
}

TEST(TableReader, WhatIsNoLineForPeopleIsNoString) {
  const Document document = parsed(
      "tab = \"a\\tb\"\nend = \"a\\nb\"\ndelete = \"\\u007F\"\nsecond = \"\\u0085\"\nblank = '  '\n"
      "words = ['a', ' ', \"\\u0007\"]\nright = \"é Ä\u00a0 b\"\n");
  const std::string said = complaints(document, [](TableReader& table, Complaints&) {
    for (const char* key : {"tab", "end", "delete", "second", "blank"}) {
      EXPECT_EQ(table.string(key), std::nullopt) << key;
    }
    EXPECT_THAT(table.strings("words"), ElementsAre("a"));
    EXPECT_NE(table.string("right"), std::nullopt);
    EXPECT_EQ(table.some_text("end"), "a\nb") << "where line ends are meant";
    EXPECT_EQ(table.text("blank"), "  ");
  });
  EXPECT_EQ(said,
            "a.toml:1:7: tab: contains the control character U+0009\n"
            "a.toml:2:7: end: contains the control character U+000A\n"
            "a.toml:3:10: delete: contains the control character U+007F\n"
            "a.toml:4:10: second: contains the control character U+0085\n"
            "a.toml:5:9: blank: is blank, expected a value\n"
            "a.toml:6:15: words: is blank, expected a value\n"
            "a.toml:6:20: words: contains the control character U+0007");
}

TEST(TableReader, ALineMayBeEmptyAndNoMore) {
  const Document document = parsed("a = ''\nb = ' '\nc = ''\n");
  const std::string said = complaints(document, [](TableReader& table, Complaints&) {
    EXPECT_EQ(table.line("a"), "");
    EXPECT_EQ(table.line("b"), std::nullopt);
    EXPECT_EQ(table.some_text("c"), std::nullopt);
  });
  EXPECT_EQ(said,
            "a.toml:2:5: b: is blank, expected a value\n"
            "a.toml:3:5: c: is empty, expected a value");
}

TEST(TableReader, ADateIsATimeAndNoName) {
  const Document document = parsed("name = 1979-05-27\nfrom = 1979-05-27\nat = 07:00:00\n");
  const std::string said = complaints(document, [](TableReader& table, Complaints&) {
    EXPECT_EQ(table.string("name"), std::nullopt);
    EXPECT_EQ(table.time("from"), "1979-05-27");
    EXPECT_EQ(table.string("at"), std::nullopt);
  });
  EXPECT_EQ(said,
            "a.toml:1:8: name: expected a string, found a date or time without quotes\n"
            "a.toml:3:6: at: expected a string, found a date or time without quotes");
}

TEST(TableReader, UnknownKeysAreComplainedAboutWithTheNearest) {
  const Document document = parsed("baud = 9600\nperoid = '10s'\ncolour = 'red'\n");
  const std::string said = complaints(document, [](TableReader& table, Complaints&) {
    table.integer("baud", 0, 9600);
    table.duration("period");
  });
  EXPECT_EQ(said,
            "a.toml:2:10: the file: unknown key \"peroid\", did you mean \"period\"?\n"
            "a.toml:3:10: the file: unknown key \"colour\"");
}

TEST(TableReader, MissingKeysAreComplainedAboutAtTheirTable) {
  const Document document = parsed("\n[meter]\nbrand = 'x'\n");
  const std::string said = complaints(document, [](TableReader& table, Complaints& complaints) {
    TableReader meter("[meter]", table.node("meter"), complaints);
    EXPECT_TRUE(meter.exists());
    EXPECT_EQ(meter.required_string("brand"), "x");
    EXPECT_EQ(meter.required_string("name"), "");
  });
  EXPECT_EQ(said, "a.toml:2:1: [meter]: name is missing");
}

TEST(Complaints, AHundredAreEnough) {
  Complaints complaints("a.toml");
  EXPECT_TRUE(complaints.none());
  for (std::uint32_t line = 1; line <= 250; ++line) complaints.add({line, 1}, "wrong");
  EXPECT_FALSE(complaints.none());
  const std::string said = complaints.error().message;
  EXPECT_THAT(said, HasSubstr("a.toml:100:1: wrong\na.toml: and 150 more"));
  EXPECT_THAT(said, testing::Not(HasSubstr("a.toml:101:")));
}

TEST(TableReader, ATableThatIsAbsentOrNoneIsHarmless) {
  const Document document = parsed("meter = 1\n");
  const std::string said = complaints(document, [](TableReader& table, Complaints& complaints) {
    TableReader meter("[meter]", table.node("meter"), complaints);
    EXPECT_FALSE(meter.exists());
    EXPECT_EQ(meter.string("name"), std::nullopt);
    meter.finish();
    TableReader line("[line]", table.node("line"), complaints);
    EXPECT_FALSE(line.exists());
    line.finish();
  });
  EXPECT_EQ(said, "a.toml:1:9: [meter]: expected a table, found an integer");
}

}  // namespace
}  // namespace p1rig::document_test
