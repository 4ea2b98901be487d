#include "protocol/line_settings.h"

#include <gtest/gtest.h>

namespace p1rig::line_settings_test {
namespace {

TEST(LineSettings, ReadsFramings) {
  EXPECT_EQ(parse_framing("8N1", 115200), (LineSettings{115200, 8, 'N', 1}));
  EXPECT_EQ(parse_framing("7E1", 9600), (LineSettings{9600, 7, 'E', 1}));
  EXPECT_EQ(parse_framing("8O2", 300), (LineSettings{300, 8, 'O', 2}));
}

TEST(LineSettings, RefusesEverythingElse) {
  for (const char* text : {"", "8N", "8N11", "N81", "9N1", "4N1", "8n1", "8N0", "8N3", "8X1"}) {
    EXPECT_FALSE(parse_framing(text, 9600)) << text;
  }
}

TEST(LineSettings, PrintsWhatItRead) {
  for (const char* text : {"8N1", "7E1", "7O2"}) {
    EXPECT_EQ(framing_of(*parse_framing(text, 9600)), text);
  }
}

// Both framings of P1 put ten bits on the line: 11520 and 960 characters a second.
TEST(LineSettings, CountsTheBitsOfACharacter) {
  EXPECT_EQ(parse_framing("8N1", 115200)->bits_per_character(), 10);
  EXPECT_EQ(parse_framing("7E1", 9600)->bits_per_character(), 10);
  EXPECT_EQ(parse_framing("8E2", 9600)->bits_per_character(), 12);
}

}  // namespace
}  // namespace p1rig::line_settings_test
