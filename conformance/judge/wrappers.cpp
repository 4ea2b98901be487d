#include <algorithm>
#include <array>
#include <optional>

#include "conformance/judge/unwrap.h"
#include "protocol/framer.h"
#include "protocol/hex.h"
#include "protocol/obis.h"

namespace p1rig {
namespace {

constexpr std::string_view kBlanks = " \t";
/// How far from its beginning the contents of a line may start.
constexpr std::size_t kLongestPrefix = 160;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// The byte of two digits at `at`; nothing if there are none.
std::optional<char> hex_octet(std::string_view text, std::size_t at) {
  if (at + 1 >= text.size()) return std::nullopt;
  const auto high = hex_digit(text[at]);
  const auto low = hex_digit(text[at + 1]);
  if (!high || !low) return std::nullopt;
  return static_cast<char>(*high << 4 | *low);
}

std::string_view without_blanks(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(kBlanks), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

/// A line that wears nothing is left in where it can be one of a telegram: the first one that is
/// copied often has lost what stood before it.
bool keep_bare(std::string_view line, std::string& inside) {
  if (is_telegram_line(line)) inside += line;
  return false;
}

// ESC [ parameters letter, which colour text; ESC ] … BEL, which name windows.
bool take_colours(std::string_view line, std::string&, std::string& inside) {
  if (line.find('\x1B') == line.npos) {
    inside += line;
    return false;
  }
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] != '\x1B') {
      inside += line[at];
    } else if (line.substr(at + 1).starts_with('[')) {
      at = std::min(line.find_first_not_of("0123456789;?", at + 2), line.size());
    } else if (line.substr(at + 1).starts_with(']')) {
      at = std::min(line.find('\a', at), line.size());
    }
  }
  return true;
}

bool take_quotes(std::string_view line, std::string&, std::string& inside) {
  const std::size_t begin = line.find_first_not_of(kBlanks);
  if (begin == line.npos || line[begin] != '>') return keep_bare(line, inside);
  line.remove_prefix(std::min(line.find_first_not_of("> \t"), line.size()));
  inside += line;
  return true;
}

bool take_indents(std::string_view line, std::string&, std::string& inside) {
  if (line.empty() || !is_blank(line.front())) return keep_bare(line, inside);
  inside += without_blanks(line);
  return true;
}

/// The kinds of characters: every digit is '9', every letter 'a'.
std::string form_of(std::string_view text) {
  std::string form(text);
  for (char& c : form) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter) c = 'a';
    if (c >= '0' && c <= '9') c = '9';
  }
  return form;
}

/// The bytes that fill the text in pairs of digits, perhaps with "0x" before each. Between them
/// is always the same, or nothing. Nothing if it is anything else.
std::optional<std::string> read_hex(std::string_view text) {
  constexpr std::string_view kSeparators = " \t:,-;";
  std::string octets;
  std::string separator;
  for (std::size_t at = 0; at < text.size();) {
    if (text.substr(at).starts_with("0x") || text.substr(at).starts_with("0X")) at += 2;
    const auto octet = hex_octet(text, at);
    if (!octet) return std::nullopt;
    octets += *octet;
    at += 2;
    const std::size_t next = std::min(text.find_first_not_of(kSeparators, at), text.size());
    std::string found(text.substr(at, next - at));
    if (without_blanks(found).empty()) found.resize(std::min<std::size_t>(found.size(), 1), ' ');
    if (separator.empty()) separator = found;
    if (!found.empty() && found != separator) return std::nullopt;
    at = next;
  }
  return octets;
}

bool take_hex(std::string_view line, std::string& memory, std::string& inside) {
  constexpr std::size_t kLeast = 4;
  line = line.substr(0, line.find_last_not_of(" \t,;}])\"'\\") + 1);
  const std::size_t last = std::min(line.size(), kLongestPrefix);
  for (std::size_t begin = 0; begin < last; ++begin) {
    const bool may_begin = begin == 0 || std::string_view(" \t[({<\"'=").find(line[begin - 1]) !=
                                             std::string_view::npos;
    if (!may_begin || !hex_digit(line[begin])) continue;
    const auto octets = read_hex(line.substr(begin));
    if (!octets) continue;
    // A short line is the last one of several.
    const std::string before = "before: " + form_of(line.substr(0, begin));
    if (octets->size() < kLeast && memory != before) return false;
    memory = before;
    inside += *octets;
    return true;
  }
  return false;
}

// xxd, hexdump -C, od -t x1z, tcpdump -X, Wireshark: an offset, bytes in groups, and then what they
// look like as text.
bool take_dump(std::string_view line, std::string& memory, std::string& inside) {
  constexpr std::size_t kLeastOffset = 4, kMostOffset = 16;
  constexpr std::size_t kHalf = 8, kMost = 64;
  line = line.substr(std::min(line.find_first_not_of(kBlanks), line.size()));
  if (line.starts_with("0x")) line.remove_prefix(2);
  const std::size_t digits =
      std::min(line.find_first_not_of("0123456789abcdefABCDEF"), line.size());
  if (digits < kLeastOffset || digits > kMostOffset || digits == line.size()) return false;
  std::size_t at = digits + (line[digits] == ':' ? 1 : 0);
  if (at == line.size() || !is_blank(line[at])) return false;
  at = std::min(line.find_first_not_of(kBlanks, at), line.size());
  // Offsets grow, or begin again: else it is a group of digits.
  std::string offset = std::string(kMostOffset - digits, '0') + std::string(line.substr(0, digits));
  const bool begins = offset.find_first_not_of('0') == offset.npos;
  if (!memory.empty() && !begins && offset <= memory) return false;
  memory = std::move(offset);
  std::string octets;
  while (octets.size() < kMost) {
    const auto octet = hex_octet(line, at);
    if (!octet) break;
    octets += *octet;
    at += 2;
    const std::size_t next = std::min(line.find_first_not_of(kBlanks, at), line.size());
    // Two blanks are in the middle of a line, or before the text.
    if (next - at > (octets.size() == kHalf ? 2 : 1)) break;
    at = next;
  }
  inside += octets;
  return !octets.empty();
}

/// The character that an escape stands for, which begins at `at` after a backslash; moves to its
/// last character. A backslash before anything else is itself, as in "/ISk5\2MT382".
char read_escape(std::string_view text, std::size_t& at) {
  constexpr std::string_view kNames = "abtnvfre0";
  constexpr std::string_view kMeant("\a\b\t\n\v\f\r\x1B\0", 9);
  const char c = at < text.size() ? text[at] : '\\';
  if (c == '\\' || c == '"' || c == '\'' || c == '/') return c;
  if (c == 'x') {
    if (const auto octet = hex_octet(text, at + 1)) {
      at += 2;
      return *octet;
    }
  }
  const std::size_t name = kNames.find(c);
  if (name != kNames.npos) return kMeant[name];
  --at;
  return '\\';
}

/// What is between the quotation mark at `at` and the next of its kind; moves to that one.
/// Nothing if there is none.
std::optional<std::string> read_literal(std::string_view line, std::size_t& at) {
  const char mark = line[at];
  std::string text;
  for (std::size_t next = at + 1; next < line.size(); ++next) {
    if (line[next] == mark) {
      at = next;
      return text;
    }
    if (line[next] == '\\') {
      text += read_escape(line, ++next);
    } else {
      text += line[next];
    }
  }
  return std::nullopt;
}

// "…" and '…' as C, Python and JSON write them, anywhere in a line.
bool take_literals(std::string_view line, std::string&, std::string& inside) {
  bool wore = false;
  for (std::size_t at = line.find_first_of("\"'"); at < line.size();
       at = line.find_first_of("\"'", at + 1)) {
    const auto text = read_literal(line, at);
    if (!text) continue;
    inside += *text;
    wore = true;
  }
  return wore;
}

// A text with its line ends written as \r\n.
bool take_escapes(std::string_view line, std::string&, std::string& inside) {
  if (line.find("\\r\\n") == line.npos) return false;
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] == '\\') {
      inside += read_escape(line, ++at);
    } else {
      inside += line[at];
    }
  }
  return true;
}

// Timestamps, names and the like before each line. The line of a telegram that follows shows where
// behind it; a line that is damaged has the same form of prefix as the one before.
bool take_log(std::string_view line, std::string& memory, std::string& inside) {
  line = without_blanks(line);
  for (std::size_t begin = 1; begin < std::min(line.size(), kLongestPrefix); ++begin) {
    if (std::string_view(" \t>|]:;,").find(line[begin - 1]) == std::string_view::npos) continue;
    if (!is_telegram_line(line.substr(begin))) continue;
    memory = form_of(line.substr(0, begin));
    inside += line.substr(begin);
    return true;
  }
  const bool same = !memory.empty() && form_of(line.substr(0, memory.size())) == memory;
  const bool damaged = same && line.find_first_of("()", memory.size()) != line.npos;
  if (!damaged) return keep_bare(line, inside);
  inside += line.substr(memory.size());
  return true;
}

constexpr std::array kWrappers{
    Wrapper{"colours", "terminal colours", take_colours, true},
    Wrapper{"quotes", "\"> \" mail quotes", take_quotes, true},
    Wrapper{"hex-dump", "a dump with offsets", take_dump},
    Wrapper{"hex", "hexadecimal digits", take_hex},
    Wrapper{"literals", "string literals, as of source code or a debug log", take_literals},
    Wrapper{"escapes", "line ends written as \\r\\n", take_escapes},
    Wrapper{"indents", "blanks before each line", take_indents, true},
    Wrapper{"log", "timestamps or names before each line", take_log, true},
};

}  // namespace

std::span<const Wrapper> wrappers() { return kWrappers; }

bool is_telegram_line(std::string_view line) {
  constexpr std::size_t kMostDigits = 4;
  constexpr std::size_t kLongest = 4096;  // one has 2063 at most (DSMR-P1 5.0.2 §7.2)
  if (line.empty() || line.size() > kLongest) return false;
  if (line.find('\x1B') != line.npos || line.find("\\r\\n") != line.npos) return false;
  if (line.front() == '/') return is_header(line);
  if (line.front() == '!') {
    line.remove_prefix(1);
    return line.size() <= kMostDigits &&
           std::ranges::all_of(line, [](char c) { return hex_digit(c).has_value(); });
  }
  const std::size_t open = line.find('(');
  return open != line.npos && line.ends_with(')') && parse_obis(line.substr(0, open)).has_value();
}

}  // namespace p1rig
