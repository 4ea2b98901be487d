#include "conformance/report/report_text.h"

#include <gtest/gtest.h>

#include <string>

#include "simulator/files/visible.h"

namespace p1rig::report_text_test {
namespace {

/// What a person would do to have the bytes back.
std::string bytes_of(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = text[i] == '\\' && i + 1 < text.size() ? text[i + 1] : '\0';
    if (next == 'r' || next == 'n' || next == 't') {
      bytes += next == 'r' ? '\r' : next == 'n' ? '\n' : '\t';
      ++i;
    } else if (next == 'x') {
      bytes += static_cast<char>(std::stoi(std::string(text.substr(i + 2, 2)), nullptr, 16));
      i += 3;
    } else {
      bytes += text[i];
    }
  }
  return bytes;
}

TEST(ReportText, KeepsTextAsItIs) { EXPECT_EQ(visible("/ISk5\\2MT382 é €"), "/ISk5\\2MT382 é €"); }

TEST(ReportText, NamesControlCharacters) {
  EXPECT_EQ(visible(std::string_view("a\r\n\t\x1B\0\x7F", 7)), "a\\r\\n\\t\\x1B\\x00\\x7F");
}

TEST(ReportText, NumbersBytesThatAreNoUtf8) {
  EXPECT_EQ(visible("\xFF\xFE"), "\\xFF\\xFE");
  EXPECT_EQ(visible("\xC3"), "\\xC3");                             // cut
  EXPECT_EQ(visible("\xC0\xAF"), "\\xC0\\xAF");                    // overlong '/'
  EXPECT_EQ(visible("\xED\xA0\x80"), "\\xED\\xA0\\x80");           // a surrogate
  EXPECT_EQ(visible("\xF4\x90\x80\x80"), "\\xF4\\x90\\x80\\x80");  // beyond U+10FFFF
}

TEST(ReportText, NumbersCharactersThatHideOrReorder) {
  EXPECT_EQ(visible("\u202E"), "\\u{202E}");
  EXPECT_EQ(visible("\u200B"), "\\u{200B}");
  EXPECT_EQ(visible("\u0085"), "\\u{85}");
  EXPECT_EQ(visible("\uFFFE"), "\\u{FFFE}");  // XML 1.0 §2.2 does not allow it
}

TEST(ReportText, GivesEveryByteBack) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  for (const std::string& bytes : {all, std::string("\\x41 \\r \\n \\u{41} \\\\t \\")}) {
    EXPECT_EQ(bytes_of(visible(bytes)), bytes);
  }
}

TEST(ReportText, CutsBetweenCharactersAndSaysSo) {
  EXPECT_EQ(visible("abc", 3), "abc");
  EXPECT_EQ(visible("a€b", 2), "a… (5 bytes)");
}

TEST(ReportText, WhatIsCutIsCutAroundTheLineThatMatters) {
  std::string bytes = "/head\r\n\r\n";
  for (int i = 10; i < 99; ++i) bytes += "line " + std::to_string(i) + "\r\n";
  const std::size_t focus = bytes.find("line 50");
  EXPECT_EQ(visible_around(bytes, focus, 40),
            "… line 49\\r\\nline 50\\r\\nline 51\\r\\nline 52\\r\\nline …");
  EXPECT_EQ(visible_around("/a\r\nb\r\n", 4, 40), "/a\\r\\nb\\r\\n");
  EXPECT_EQ(visible_around(bytes, 0, 7), "/head\\r\\n …");
}

}  // namespace
}  // namespace p1rig::report_text_test
