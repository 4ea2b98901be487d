#include "conformance/judge/line_repairs.h"

#include <algorithm>
#include <array>

#include "conformance/judge/octets.h"
#include "protocol/framer.h"
#include "protocol/obis.h"

namespace p1rig {
namespace {

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string result;
  for (;;) {
    const std::size_t at = text.find(from);
    result += text.substr(0, at);
    if (at == text.npos) return result;
    result += to;
    text.remove_prefix(at + from.size());
  }
}

bool has(std::string_view text, char c) { return text.find(c) != text.npos; }

std::string undo_icrnl(std::string_view bytes) {
  return has(bytes, '\r') ? std::string(bytes) : replaced(bytes, "\n\n", "\r\n");
}
std::string undo_lost_cr(std::string_view bytes) {
  return has(bytes, '\r') ? std::string(bytes) : replaced(bytes, "\n", "\r\n");
}
std::string undo_lost_lf(std::string_view bytes) {
  return has(bytes, '\n') ? std::string(bytes) : replaced(bytes, "\r", "\r\n");
}
std::string undo_doubled_ends(std::string_view bytes) {
  return replaced(bytes, "\r\n\r\n", "\r\n");
}
std::string undo_doubled_cr(std::string_view bytes) { return replaced(bytes, "\r\r\n", "\r\n"); }
std::string undo_doubled_lf(std::string_view bytes) { return replaced(bytes, "\r\n\n", "\r\n"); }

/// Hands out the lines without their ends, whatever these are, and without the empty ones.
template <class Take>
void for_each_line(std::string_view text, Take take) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    if (end > 0) take(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::string without_blanks_at_ends(std::string_view bytes) {
  std::string result;
  for_each_line(bytes, [&](std::string_view line) {
    line = line.substr(0, line.find_last_not_of(" \t") + 1);
    if (line.empty()) return;
    result += line;
    result += "\r\n";
  });
  return with_usual_line_ends(result);
}

/// Joins what neither begins nor continues like a line of a telegram to the previous line.
std::string without_wraps(std::string_view bytes) {
  std::string result;
  for_each_line(bytes, [&](std::string_view line) {
    const bool begins =
        line.find_first_of("/!(") == 0 || parse_obis(line.substr(0, line.find('('))).has_value();
    if (begins && !result.empty()) result += "\r\n";
    result += line;
  });
  return with_usual_line_ends(result + "\r\n");
}

/// FF and a command (RFC 854): FB to FE have an option after them, FA goes to FF F0, FF is one FF.
std::string without_telnet(std::string_view bytes) {
  constexpr char kIac = '\xFF';
  std::string result;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const char command = bytes[at] == kIac && at + 1 < bytes.size() ? bytes[at + 1] : '\0';
    if (command == kIac) {
      result += kIac;
      ++at;
    } else if (command == '\xFA') {
      const std::size_t end = bytes.find("\xFF\xF0", at + 2);
      at = end == bytes.npos ? at + 1 : end + 1;
    } else if (command >= '\xFB' && command <= '\xFE') {
      at += 2;
    } else if (command >= '\xF0' && command <= '\xFA') {
      ++at;
    } else {
      result += bytes[at];
    }
  }
  return result;
}

/// Two bytes C2 or C3 and 80 to BF are one of 80 to FF. Anything else stays.
std::string without_utf8(std::string_view bytes) {
  std::string result;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const bool lead = bytes[at] == '\xC2' || bytes[at] == '\xC3';
    const bool pair = lead && at + 1 < bytes.size() &&
                      (static_cast<unsigned char>(bytes[at + 1]) & 0xC0U) == 0x80U;
    if (pair) {
      const unsigned high = bytes[at] == '\xC3' ? 0x40U : 0U;
      result += static_cast<char>(static_cast<unsigned char>(bytes[at + 1]) + high);
      ++at;
    } else {
      result += bytes[at];
    }
  }
  return result;
}

constexpr std::array kRepairs{
    LineRepair{"cr-to-lf", "every line ends LF LF; with CR LF, the telegrams are correct",
               undo_icrnl},
    LineRepair{"cr-lost", "every line ends LF alone; with CR LF, the telegrams are correct",
               undo_lost_cr},
    LineRepair{"lf-lost", "every line ends CR alone; with CR LF, the telegrams are correct",
               undo_lost_lf},
    LineRepair{"line-ends-doubled",
               "every line ends CR LF CR LF; with half of them, the telegrams are correct",
               undo_doubled_ends},
    LineRepair{"line-ends-doubled", "lines end CR CR LF; with CR LF, the telegrams are correct",
               undo_doubled_cr},
    LineRepair{"line-ends-doubled", "lines end CR LF LF; with CR LF, the telegrams are correct",
               undo_doubled_lf},
    LineRepair{"telnet", "without the telnet commands, the telegrams are correct", without_telnet,
               true},
    LineRepair{"utf-8", "with the bytes after C2 and C3 restored, the telegrams are correct",
               without_utf8, true},
    LineRepair{"line-ends-changed",
               "with CR LF after each line, and an empty line after the identification line, the "
               "telegrams are correct",
               with_usual_line_ends},
    LineRepair{"line-ends-changed",
               "without the blanks at the ends of lines, and with CR LF, the telegrams are correct",
               without_blanks_at_ends},
    LineRepair{"line-ends-changed", "with the broken lines joined, the telegrams are correct",
               without_wraps},
};

}  // namespace

std::size_t find_telnet_option(std::string_view bytes) {
  constexpr unsigned kLastOption = 49;
  for (std::size_t at = 0; at + 2 < bytes.size(); ++at) {
    const unsigned command = octet_at(bytes, at + 1);
    if (bytes[at] == '\xFF' && command >= 0xFB && command <= 0xFE &&
        octet_at(bytes, at + 2) <= kLastOption) {
      return at;
    }
  }
  return bytes.npos;
}

void add_usual_line(std::string_view line, std::string& telegram) {
  telegram += line;
  telegram += is_header(line) ? "\r\n\r\n" : "\r\n";
}

std::string with_usual_line_ends(std::string_view bytes) {
  std::string result;
  for_each_line(bytes, [&](std::string_view line) { add_usual_line(line, result); });
  return result;
}

std::span<const LineRepair> line_repairs() { return kRepairs; }

}  // namespace p1rig
