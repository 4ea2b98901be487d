#include "conformance/run/last_words.h"

#include <gtest/gtest.h>

namespace p1rig {
namespace {

TEST(LastWords, TheFirstExceptionOfATracebackIsTheCause) {
  EXPECT_EQ(first_exception("Traceback (most recent call last):\n"
                            "  File \"/opt/r/parse.py\", line 12, in parse\n"
                            "    return values[code]\n"
                            "dsmr.NoSuchObject: 1-0:1.7.0\n"
                            "\n"
                            "During handling of the above exception, another exception occurred:\n"
                            "\n"
                            "Traceback (most recent call last):\n"
                            "  File \"/opt/r/main.py\", line 3, in <module>\n"
                            "TypeError: unsupported operand\n"),
            "dsmr.NoSuchObject: 1-0:1.7.0");
}

TEST(LastWords, OfOtherLanguages) {
  EXPECT_EQ(
      first_exception("/opt/r/main.js:7\n    throw x;\n    ^\n\nTypeError: x is not a function\n"
                      "    at read (/opt/r/main.js:7:9)\n\nNode.js v18.19.0\n"),
      "TypeError: x is not a function");
  EXPECT_EQ(first_exception(
                "thread 'main' panicked at src/main.rs:4:5:\nindex out of bounds\nnote: run\n"),
            "thread 'main' panicked at src/main.rs:4:5: index out of bounds");
  EXPECT_EQ(first_exception("terminate called after throwing an instance of 'std::out_of_range'\n"
                            "  what():  stoi\n"),
            "terminate called after throwing an instance of 'std::out_of_range' what():  stoi");
  EXPECT_EQ(
      first_exception("panic: runtime error: index out of range [7]\n\ngoroutine 1 [running]:\n"),
      "panic: runtime error: index out of range [7]");
}

TEST(LastWords, ElseTheLastLineOrNone) {
  EXPECT_EQ(first_exception("opened the port\nErrors are counted: 3\nno telegram for 10 s\r\n\n"),
            "no telegram for 10 s");
  EXPECT_EQ(first_exception(" \n\n"), "");
}

TEST(LastWords, FoldsWhatDiffersFromCaseToCase) {
  EXPECT_EQ(folded("ValueError: invalid literal for int() with base 10: '12a'"),
            folded("ValueError: invalid literal for int() with base 10: '9.5'"));
  EXPECT_EQ(folded("at 0x7f3aBC in /usr/lib/r/parse.py:12"), "at # in parse.py:#");
  EXPECT_EQ(folded("/home/a/parse.py:12"), folded("/opt/parse.py:7"));
  EXPECT_NE(folded("KeyError: 'gas'"), folded("KeyError: 'water'"));
  EXPECT_NE(folded("ValueError: a"), folded("TypeError: a"));
  EXPECT_EQ(folded("it's over"), "it's over");
}

}  // namespace
}  // namespace p1rig
