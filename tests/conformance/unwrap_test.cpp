#include "conformance/judge/unwrap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/conformance/telegrams.h"
#include "tests/protocol/xorshift.h"

// Telegrams are wrapped here as the programs do it that people copy from.

namespace p1rig::unwrap_test {
namespace {

using test::Xorshift;

struct Result {
  std::string bytes, what;
  std::uint64_t lines, others;
};

Result unwrapped(std::string_view text, std::size_t piece = std::string::npos) {
  std::string bytes;
  Unwrapper unwrapper([&](std::string_view inside) {
    bytes += inside;
    return true;
  });
  for (std::size_t at = 0; at < text.size(); at += std::min(piece, text.size())) {
    EXPECT_TRUE(unwrapper.feed(text.substr(at, piece)));
  }
  EXPECT_TRUE(unwrapper.finish());
  return {bytes, unwrapper.what(), unwrapper.lines(), unwrapper.others()};
}

std::string printed(const std::string& name) {
  return test::read_file(std::string(P1RIG_SOURCE_DIR) + "/captures/printed/" + name);
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find("\r\n");
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 2);
  }
  return lines;
}

/// Each line between two texts, as a copy has them: with LF.
std::string each_line(std::string_view text, const std::string& before,
                      const std::string& after = "") {
  std::string result;
  for (const std::string& line : lines_of(text)) result += before + line + after + "\n";
  return result;
}

std::string hex_of(char c, const char* form = "%02x") {
  char digits[8];
  std::snprintf(digits, sizeof digits, form, static_cast<unsigned>(static_cast<unsigned char>(c)));
  return digits;
}

std::string hex_lines(std::string_view bytes, std::size_t width, const std::string& separator,
                      const std::string& before = "", const char* form = "%02X") {
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    text += at % width == 0 ? (at == 0 ? "" : "\n") + before : separator;
    text += hex_of(bytes[at], form);
  }
  return text + "\n";
}

/// As text, with a '.' for what none is.
std::string as_text(std::string_view bytes) {
  std::string text(bytes);
  for (char& c : text) {
    if (c < ' ' || c > '~') c = '.';
  }
  return text;
}

std::string offset_of(std::size_t at) {
  char digits[16];
  std::snprintf(digits, sizeof digits, "%08zx", at);
  return digits;
}

/// 00000000: 2f49 536b 355c 324d 5433 3832 2d31 3030  /ISk5\2MT382-100
std::string xxd(std::string_view bytes) {
  std::string dump;
  for (std::size_t at = 0; at < bytes.size(); at += 16) {
    const std::string_view row = bytes.substr(at, 16);
    std::string octets;
    for (std::size_t i = 0; i < row.size(); ++i) octets += hex_of(row[i]) + (i % 2 == 1 ? " " : "");
    octets.resize(40, ' ');
    dump += offset_of(at) + ": " + octets + " " + as_text(row) + "\n";
  }
  return dump;
}

/// 00000000  2f 49 53 6b 35 5c 32 4d  54 33 38 32 2d 31 30 30  |/ISk5\2MT382-100|
std::string hexdump(std::string_view bytes) {
  std::string dump;
  for (std::size_t at = 0; at < bytes.size(); at += 16) {
    const std::string_view row = bytes.substr(at, 16);
    std::string octets;
    for (std::size_t i = 0; i < row.size(); ++i) octets += (i == 8 ? "  " : " ") + hex_of(row[i]);
    octets.resize(50, ' ');
    dump += offset_of(at) + " " + octets + " |" + as_text(row) + "|\n";
  }
  return dump + offset_of(bytes.size()) + "\n";
}

std::string escaped(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    if (c == '\r') {
      text += "\\r";
    } else if (c == '\n') {
      text += "\\n";
    } else if (c == '\\' || c == '\'' || c == '"') {
      text += std::string("\\") + c;
    } else if (c < ' ' || c > '~') {
      text += "\\x" + hex_of(c);
    } else {
      text += c;
    }
  }
  return text;
}

std::string literals(std::string_view text, const std::string& before, const std::string& after) {
  std::string result;
  for (const std::string& line : lines_of(text)) {
    result += before + escaped(line + "\r\n") + after + "\n";
  }
  return result;
}

struct Form {
  std::string wrapper;  ///< the id of the one that takes it off
  std::string text;
};

/// A telegram in all the forms in which people paste one.
std::vector<Form> forms_of(std::string_view telegram) {
  std::string escapes;
  for (const char c : telegram)
    escapes += c == '\r' ? "\\r" : c == '\n' ? "\\n" : std::string(1, c);
  return {
      {"colours", each_line(telegram, "\x1B[0;32m", "\x1B[0m")},
      {"colours", each_line(telegram, "", "\x1B[K")},
      {"quotes", each_line(telegram, "> ")},
      {"quotes", "On Monday somebody wrote:\n" + each_line(telegram, ">> ") + "\nRegards\n"},
      {"hex-dump", xxd(telegram)},
      {"hex-dump", hexdump(telegram)},
      {"hex", hex_lines(telegram, 32, " ")},
      {"hex", hex_lines(telegram, 32, ":", "[21:41:27][D][uart_debug:114]: <<< ")},
      {"hex", hex_lines(telegram, 16, "-", "12:00:03 ")},
      {"hex", hex_lines(telegram, 16, ":", "12:00:03 ")},
      {"hex", hex_lines(telegram, 16, " ", "2026-01-15 12:00:03 ")},
      {"hex", hex_lines(telegram, 100'000, "")},
      {"hex", "uint8_t telegram[] = {\n" + hex_lines(telegram, 12, ", 0x", "  0x") + "};\n"},
      {"hex", hex_lines(telegram, 20, " ", "received: ", "%02x")},
      {"literals", literals(telegram, "[21:41:27][D][uart_debug:158]: <<< \"", "\"")},
      {"literals", "TELEGRAM = (\n" + literals(telegram, "    '", "'") + ")\n"},
      {"literals", literals(telegram, "b'", "'")},
      {"literals", "const char* telegram =\n" + literals(telegram, "    \"", "\"") + ";\n"},
      {"literals", "b'" + escaped(telegram) + "'\n"},
      {"literals", "{\"time\": 12, \"telegram\": \"" + escaped(telegram) + "\"}\n"},
      {"escapes", escapes + "\n"},
      {"indents", each_line(telegram, "    ")},
      {"indents", each_line(telegram, "\t")},
      {"indents", each_line(telegram, "  ").substr(2)},  // copied from the '/' on
      {"log", each_line(telegram, "2026-01-15 12:00:03.123 ")},
      {"log", each_line(telegram, "Jan 15 12:00:03 host p1-reader[4711]: ")},
      {"log", each_line(telegram, "[12:00:03] RX: ")},
      {"log", each_line(telegram, "12:00:03 ").substr(9)},
      {"log", each_line(telegram, "     1\t")},
      {"log", "12:00:01 connected\n" + each_line(telegram, "12:00:03|") + "12:00:04 done\n"},
  };
}

TEST(Unwrap, GivesTheTelegramBack) {
  for (const char* name : {"dsmr-5.0.2.recomputed-crc.txt", "lux-1.1.3.txt",
                           "lithuania-eso-maksimalus.txt", "sweden-aidon-6560.txt"}) {
    const std::string telegram = printed(name);
    for (const Form& form : forms_of(telegram)) {
      SCOPED_TRACE(form.text.substr(0, 100));
      const Result result = unwrapped(form.text);
      const std::size_t begin = std::min(result.bytes.find('/'), result.bytes.size());
      EXPECT_EQ(result.bytes.substr(begin).substr(0, telegram.size()), telegram) << form.wrapper;
      EXPECT_GT(result.lines, 0U);
    }
  }
}

TEST(Unwrap, SaysWhatItTookOff) {
  for (const Form& form : forms_of(printed("dsmr-5.0.2.recomputed-crc.txt"))) {
    SCOPED_TRACE(form.text.substr(0, 100));
    std::string what;
    for (const Wrapper& wrapper : wrappers()) {
      if (wrapper.id == form.wrapper) what = wrapper.what;
    }
    EXPECT_EQ(unwrapped(form.text).what, what);
  }
  const std::string telegram = printed("lux-1.1.3.txt");
  EXPECT_EQ(unwrapped(each_line(telegram, "> ")).lines, lines_of(telegram).size());
  EXPECT_EQ(unwrapped(each_line(telegram, "> ") + "that is all\n").others, 1U);
}

TEST(Unwrap, EveryWrapperIsTried) {
  std::set<std::string> tried, known;
  for (const Form& form : forms_of("/ABC5\r\n\r\n!\r\n")) tried.insert(form.wrapper);
  for (const Wrapper& wrapper : wrappers()) known.emplace(wrapper.id);
  EXPECT_EQ(tried, known);
}

TEST(Unwrap, DoesNotDependOnThePieces) {
  const std::string telegram = printed("dsmr-5.0.2.recomputed-crc.txt");
  for (const Form& form : forms_of(telegram + telegram)) {
    SCOPED_TRACE(form.text.substr(0, 100));
    const std::string whole = unwrapped(form.text).bytes;
    for (const std::size_t piece : {1U, 7U, 1000U, 4096U}) {
      EXPECT_EQ(unwrapped(form.text, piece).bytes, whole) << piece;
    }
  }
}

TEST(Unwrap, TakesSeveralLayersOff) {
  const std::string telegram = printed("dsmr-5.0.2.recomputed-crc.txt");
  const Result coloured = unwrapped(each_line(telegram, "> \x1B[36m", "\x1B[0m"));
  EXPECT_EQ(coloured.bytes, telegram);
  EXPECT_EQ(coloured.what, "terminal colours, \"> \" mail quotes");
  std::string quoted;
  std::string dump = xxd(telegram);
  for (std::size_t at = 0; at < dump.size(); at = dump.find('\n', at) + 1) {
    quoted += "> " + dump.substr(at, dump.find('\n', at) + 1 - at);
  }
  EXPECT_EQ(unwrapped(quoted).bytes, telegram);
  EXPECT_EQ(unwrapped(quoted).what, "\"> \" mail quotes, a dump with offsets");
}

TEST(Unwrap, FindsSealedFramesAndOtherProtocols) {
  const std::string frame = printed("lux-encrypted-own-vector.bin");
  for (const std::string& text : {hexdump(frame), xxd(frame), hex_lines(frame, 16, " ")}) {
    EXPECT_EQ(unwrapped(text).bytes, frame);
  }
  std::string mbus("\x68\x04\x04\x68\x08\x01\x72\x10\x8B\x16", 10);
  mbus += mbus;
  EXPECT_EQ(unwrapped(hex_lines(mbus, 20, " ")).bytes, mbus);
}

TEST(Unwrap, KeepsDamagedLinesOfALog) {
  const std::string telegram = test::edited(test::sealed(test::kDutch), "1-0:1.7.0(", "1)0:1.7.0(");
  EXPECT_EQ(unwrapped(each_line(telegram, "2026-01-15 12:00:03 ")).bytes, telegram);
}

// --- what is left as it is -------------------------------------------------------------------

TEST(Unwrap, LeavesTelegramsAndFramesAlone) {
  for (const char* name :
       {"dsmr-3.0.txt", "dsmr-3.0-as-printed.txt", "dsmr-5.0.2.recomputed-crc.txt",
        "field-iskra-mt382-dsmr22.txt", "lithuania-eso-maksimalus.txt", "lux-1.1.3.txt",
        "sweden-aidon-6560.txt", "lux-encrypted-own-vector.bin"}) {
    const std::string bytes = printed(name);
    EXPECT_EQ(unwrapped(bytes).what, "") << name;
    EXPECT_EQ(unwrapped(bytes, 3).bytes, bytes) << name;
    EXPECT_EQ(unwrapped(bytes.substr(100) + bytes).bytes, bytes.substr(100) + bytes) << name;
  }
  std::string lf = printed("dsmr-5.0.2.recomputed-crc.txt");
  std::erase(lf, '\r');
  EXPECT_EQ(unwrapped(lf).bytes, lf) << "changed line ends are no wrapper";
}

TEST(Unwrap, LeavesOtherTextAlone) {
  for (const std::string& text :
       {std::string(), std::string("\n\n"), std::string("Linux version 6.1.0 (gcc) #1 SMP\r\n"),
        std::string("> a mail\n> about nothing\n"), std::string("deadbeef cafe babe 00 11 22 33\n"),
        std::string("x = \"a\";\ny = 'b';\n"), std::string(200'000, ' '),
        std::string(200'000, '>')}) {
    EXPECT_EQ(unwrapped(text).bytes, text) << text.substr(0, 60);
    EXPECT_EQ(unwrapped(text).what, "");
  }
}

TEST(Unwrap, HoldsAStreamOfTelegramsBackForItsFirstLinesOnly) {
  const std::string telegram = printed("dsmr-5.0.2.recomputed-crc.txt");
  const std::size_t first_data_line = telegram.find("\r\n1-3:0.2.8(50)\r\n");
  const std::size_t decided = first_data_line + std::string("\r\n1-3:0.2.8(50)\r\n").size();
  std::size_t told = 0;
  Unwrapper unwrapper([&](std::string_view bytes) {
    told += bytes.size();
    return true;
  });
  for (std::size_t at = 0; at < telegram.size(); ++at) {
    unwrapper.feed(telegram.substr(at, 1));
    EXPECT_EQ(told, at + 1 < decided ? 0 : at + 1);
  }
}

TEST(Unwrap, HoldsNoBinaryStreamBack) {
  std::size_t told = 0;
  Unwrapper unwrapper([&](std::string_view bytes) {
    told += bytes.size();
    return true;
  });
  unwrapper.feed("\xDB");
  EXPECT_EQ(told, 0U) << "it may begin a character of UTF-8";
  unwrapper.feed("\x08");
  EXPECT_EQ(told, 2U);
}

TEST(Unwrap, HoldsNothingBackWithoutBound) {
  std::size_t told = 0;
  Unwrapper unwrapper([&](std::string_view bytes) {
    told += bytes.size();
    return true;
  });
  for (int i = 0; i < 100; ++i) unwrapper.feed(std::string(1000, 'x'));
  EXPECT_EQ(told, 100'000U);
}

TEST(Unwrap, StopsWhenTheSinkHasEnough) {
  Unwrapper unwrapper([](std::string_view) { return false; });
  EXPECT_FALSE(unwrapper.feed("\x01"));
  Unwrapper wrapped([](std::string_view) { return false; });
  wrapped.feed(each_line(test::sealed(test::kDutch), "> "));
  EXPECT_FALSE(wrapped.finish());
}

// --- any input -------------------------------------------------------------------------------

TEST(Unwrap, TakesAnyBytes) {
  Xorshift random(5);
  for (int round = 0; round < 200; ++round) {
    const bool text = random.below(2) == 0;
    const std::string bytes =
        text ? random.text("0123456789ABCDEFabcdef :,x\\\"'>\x1B[m/!()-.\r\n", 3000)
             : random.text(std::string_view("\0\x01\x7F\x80\xC3\xDB\x08\x30\xFF\r\n/", 12), 500);
    const std::size_t piece = 1 + random.below(700);
    const Result result = unwrapped(bytes, piece);
    if (result.what.empty()) {
      EXPECT_EQ(result.bytes, bytes);
    }
    EXPECT_LE(result.bytes.size(), 2 * bytes.size());
  }
}

TEST(Unwrap, TakesDamagedForms) {
  Xorshift random(6);
  const std::vector<Form> forms = forms_of(test::sealed(test::kDutch));
  for (int round = 0; round < 400; ++round) {
    std::string text = forms[random.below(forms.size())].text;
    for (std::size_t edits = 1 + random.below(8); edits > 0; --edits) {
      const std::size_t at = random.below(text.size());
      switch (random.below(3)) {
        case 0:
          text[at] = random.one_of("\\\"'>\x1B 0f:\n\r\xFF");
          break;
        case 1:
          text.erase(at, 1 + random.below(60));
          break;
        default:
          text.insert(at, text.substr(random.below(text.size()), random.below(200)));
      }
      if (text.empty()) break;
    }
    const std::string whole = unwrapped(text).bytes;
    EXPECT_LE(whole.size(), 2 * text.size());
  }
}

TEST(Unwrap, TakesOneEndlessLine) {
  const std::string telegram = printed("dsmr-5.0.2.recomputed-crc.txt");
  std::string many;
  while (many.size() < 2 * Unwrapper::kLongestLine) many += telegram;
  const Result hex = unwrapped(hex_lines(many, many.size(), ""), 8192);
  EXPECT_EQ(hex.bytes.substr(0, Unwrapper::kLongestLine / 2),
            many.substr(0, Unwrapper::kLongestLine / 2));
}

}  // namespace
}  // namespace p1rig::unwrap_test
