#include "simulator/files/toml_scan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

namespace p1rig::toml_scan_test {
namespace {

using testing::HasSubstr;

std::string flaw_of(std::string_view text) {
  const auto flaw = find_toml_flaw(text);
  if (!flaw) return "";
  return std::to_string(flaw->place.line) + ":" + std::to_string(flaw->place.column) + " " +
         flaw->what;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

std::vector<std::string> all_toml_files() {
  std::vector<std::string> texts;
  for (const char* folder : {"profiles", "captures", "conformance"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(
             std::filesystem::path(P1RIG_SOURCE_DIR) / folder)) {
      if (entry.path().extension() != ".toml") continue;
      std::ifstream file(entry.path(), std::ios::binary);
      texts.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
  }
  return texts;
}

TEST(TomlScan, FindsNothingInOurFiles) {
  const auto texts = all_toml_files();
  ASSERT_GT(texts.size(), 100U);
  for (const std::string& text : texts) EXPECT_EQ(flaw_of(text), "") << text.substr(0, 80);
}

TEST(TomlScan, TakesWhatTomlAllows) {
  for (const char* text : {
           "",
           "\xEF\xBB\xBF[meter]\r\nname = 'x'\r\n",
           "name = \"Lüneburg \xE2\x80\xA6\"  # größer\n",
           "'ключ' = 1\n",
           "text = '''\r\n/ISk5\\2MT382-1000\r\n\tx'''\n",
           "a = \"\"\"five quotes: \"\"\"\"\"\nb = 1\n",
           "a = '''two: '''''\nb = 1\n",
           "a = \"\\\"\"\nb = \"\\\\\"\nc = '\\'\n",
           "a = ''\nb = \"\"\nc = [ '', \"\" ]\n",
           "[ a . \"b\" ]\n[[c]]\n[ 'd' ]\n",
           "a = [ [ {b = 1.5, c.d = [ 2 ]} ],\n  # ]}\n [] ]\n",
       }) {
    EXPECT_EQ(flaw_of(text), "") << text;
  }
}

TEST(TomlScan, RefusesControlCharactersEverywhere) {
  EXPECT_EQ(flaw_of("[a]\n[b\f]\n"), "2:3 the control character U+000C is not allowed in TOML");
  EXPECT_EQ(flaw_of(std::string("a = 'x\0'\n", 9)),
            "1:7 the control character U+0000 is not allowed in TOML");
  EXPECT_EQ(flaw_of("# \x1B[31m\n"), "1:3 the control character U+001B is not allowed in TOML");
  EXPECT_EQ(flaw_of("a = 1\rb = 2\n"), "1:6 the control character U+000D is not allowed in TOML");
  EXPECT_EQ(flaw_of("a = \"\"\"\x7F\"\"\"\n"),
            "1:8 the control character U+007F is not allowed in TOML");
}

TEST(TomlScan, RefusesWhatIsNoUtf8Everywhere) {
  EXPECT_EQ(flaw_of("a = 'caf\xE9'\n"), "1:9 byte E9 is not valid UTF-8");
  EXPECT_EQ(flaw_of("# \xC0\xAF\n"), "1:3 byte C0 is not valid UTF-8") << "overlong";
  EXPECT_EQ(flaw_of("# \xED\xA0\x80\n"), "1:3 byte ED is not valid UTF-8") << "a surrogate";
  EXPECT_EQ(flaw_of("# \xF4\x90\x80\x80\n"), "1:3 byte F4 is not valid UTF-8") << "beyond U+10FFFF";
  EXPECT_EQ(flaw_of("# \xE2\x82"), "1:3 byte E2 is not valid UTF-8") << "cut";
}

TEST(TomlScan, RefusesOtherCharactersOutsideOfStringsAndComments) {
  EXPECT_EQ(flaw_of("16112\xCF\xA8 = 1\n"),
            "1:6 \"\xCF\xA8\": expected quotes around text that is not ASCII");
  EXPECT_THAT(flaw_of("a =\xC2\xA0"
                      "1\n"),
              HasSubstr("1:4 "))
      << "a space that does not part";
  EXPECT_THAT(flaw_of("a = '''x''' \xC3\xA4\n"), HasSubstr("1:13 ")) << "behind a string";
  EXPECT_THAT(flaw_of("a = 'never closed\n\xC3\xA4 = 1\n"), HasSubstr("2:1 "));
}

TEST(TomlScan, RefusesDeepNesting) {
  const auto deeper = HasSubstr("nests deeper than 32 levels");
  EXPECT_THAT(flaw_of(repeated("a.", 20'000) + "a = 1\n"), deeper);
  EXPECT_THAT(flaw_of("[" + repeated("'a' . ", 20'000) + "a]\n"), deeper);
  EXPECT_THAT(flaw_of("a = " + repeated("[", 20'000)), deeper);
  EXPECT_THAT(flaw_of("a = " + repeated("{ a = ", 20'000)), deeper);
  EXPECT_THAT(flaw_of("a = " + repeated("[\n", 20'000)), deeper);
  EXPECT_EQ(flaw_of(repeated("a.", 31) + "a = 1\n"), "");
  EXPECT_THAT(flaw_of(repeated("a.", 32) + "a = 1\n"), deeper);
  EXPECT_EQ(flaw_of("a = " + repeated("[", 32) + repeated("]", 32) + "\n"), "");
  EXPECT_THAT(flaw_of("a = " + repeated("[", 33) + repeated("]", 33) + "\n"), deeper);
  EXPECT_EQ(flaw_of("a = '" + repeated("[.", 100) + "' # " + repeated("[.", 100) + "\n"), "");
}

TEST(TomlScan, RefusesBracketsWithoutSense) {
  EXPECT_EQ(flaw_of("a = [ }\n"), "1:7 \"}\" does not close \"[\"");
  EXPECT_EQ(flaw_of("a = { b = 1 ]\n"), "1:13 \"]\" does not close \"{\"");
  EXPECT_EQ(flaw_of("a = 1\n[=]\n"), "2:1 expected the name of a table after \"[\"");
  EXPECT_EQ(flaw_of("  [[ +a]]\n"), "1:3 expected the name of a table after \"[\"");
}

TEST(TomlScan, RefusesMoreTablesThanAnybodyWrites) {
  const auto many = HasSubstr("has more than 20000 tables and dotted keys");
  EXPECT_THAT(flaw_of(repeated("[[a]]\n", 20'002)), many);
  EXPECT_THAT(flaw_of(repeated("a.b = 1\n", 20'002)), many);
  EXPECT_EQ(flaw_of(repeated("[[a]]\n", 20'000)), "");
  EXPECT_EQ(flaw_of("a = [" + repeated("'x.y', ", 30'000) + "]\n"), "");
}

// Under the sanitizers this is what shows that nothing reaches what toml++ takes for impossible.
TEST(TomlScan, NothingThatIsLeftIsTooMuchForTheParser) {
  constexpr std::string_view kPieces[] = {
      "[",   "]",   "{",  "}",  "=",  ".",   "\"",       "'",    "\"\"\"",
      "'''", "#",   "\n", "\r", "\f", "\\u", "0x",       "_",    "+",
      "1e",  "nan", ",",  ":",  "T",  "[[",  "\xCF\xA8", "\x80", "2026-01-01 "};
  std::mt19937 random(1);
  const auto below = [&](std::size_t limit) { return random() % limit; };
  for (const std::string& whole : all_toml_files()) {
    for (int i = 0; i < 20; ++i) {
      std::string text = whole;
      for (std::size_t edits = 1 + below(4); edits > 0; --edits) {
        const std::size_t at = below(text.size());
        const std::size_t what = below(4);
        if (what == 0) text[at] = static_cast<char>(below(256));
        if (what == 1) text.insert(at, kPieces[below(std::size(kPieces))]);
        if (what == 2) text.erase(at, 1 + below(8));
        if (what == 3) text.insert(at, whole.substr(below(whole.size()), below(40)));
        if (text.empty()) text = "[";
      }
      if (below(4) == 0) text.resize(below(text.size()));
      const auto document = parse_document("a.toml", text);
      if (document) continue;
      EXPECT_THAT(document.error().message, testing::MatchesRegex("a\\.toml:[0-9]+:[0-9]+: [^\n]*"))
          << text;
    }
  }
}

}  // namespace
}  // namespace p1rig::toml_scan_test
