#include "conformance/run/shell_word.h"

#include <gtest/gtest.h>

// Bash manual, 3.1.2.2 (single quotes) and 3.5.1 (brace expansion).

namespace p1rig::shell_word_test {
namespace {

TEST(ShellWord, WhatMeansItselfIsAsItIs) {
  for (const char* const text : {"p1rig", "{endpoint}", "./my_meter.toml", "--baud=9600,8N1",
                                 "tcp:127.0.0.1:4001", "dsmr-5.0.2/6.2/crc-wrong"}) {
    EXPECT_EQ(shell_word(text), text);
  }
}

TEST(ShellWord, WhatAShellWouldChangeIsQuoted) {
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("my meter.toml"), "'my meter.toml'");
  EXPECT_EQ(shell_word("serial:/dev/x?supply=dtr&a=b"), "'serial:/dev/x?supply=dtr&a=b'");
  EXPECT_EQ(shell_word("x{a,b}"), "'x{a,b}'");
  EXPECT_EQ(shell_word("x{1..3}"), "'x{1..3}'");
  EXPECT_EQ(shell_word("*"), "'*'");
  // The quote ends, a quote by itself, and it goes on.
  EXPECT_EQ(shell_word("it's"), R"('it'\''s')");
}

}  // namespace
}  // namespace p1rig::shell_word_test
