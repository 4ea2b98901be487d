// Faults that act on the text of a telegram, before its CRC is computed.

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <vector>

#include "protocol/crc_algorithms.h"
#include "simulator/faults/fault_rows.h"
#include "simulator/random.h"

namespace p1rig {
namespace {

constexpr auto kStage = FaultStage::kText;

/// A telegram in lines with their ends. The first is the identification, the last begins with '!'.
using Lines = std::vector<std::string>;

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

bool join(const Lines& lines, Emission& emission) {
  emission.bytes.clear();
  for (const std::string& line : lines) emission.bytes += line;
  return true;
}

bool is_data(std::string_view line) {
  const auto bracket = line.find('(');
  return bracket != std::string_view::npos && bracket > 0 && line[0] >= '0' && line[0] <= '9';
}

/// Whether the line is the object's, with "*255" after its code or without.
bool is_of(std::string_view line, std::string_view code) {
  if (!line.starts_with(code)) return false;
  line.remove_prefix(code.size());
  return line.starts_with('(') || line.starts_with("*255(");
}

std::optional<std::size_t> number_after(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  std::size_t number = 0;
  const auto [rest, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc{} || rest != text.data() + text.size()) return std::nullopt;
  return number;
}

/// The line that a request means: by OBIS code, by number from 1, else any data line that suits.
template <class Suits>
std::optional<std::size_t> choose(const Lines& lines, const FaultRequest& request,
                                  std::uint64_t random, Suits suits) {
  if (request.at) {
    if (const auto number = number_after(*request.at, "line:")) {
      const bool there = *number >= 1 && *number <= lines.size() && suits(lines[*number - 1]);
      return there ? std::optional(*number - 1) : std::nullopt;
    }
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (is_of(lines[i], *request.at) && suits(lines[i])) return i;
    }
    return std::nullopt;
  }
  std::vector<std::size_t> candidates;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (is_data(lines[i]) && suits(lines[i])) candidates.push_back(i);
  }
  if (candidates.empty()) return std::nullopt;
  const auto count = static_cast<std::int64_t>(candidates.size());
  return candidates[static_cast<std::size_t>(random_below(random, count))];
}

/// All but the first and the last: other faults take those.
constexpr auto kAnyLine = [](std::string_view line) {
  return !line.starts_with('/') && !line.starts_with('!');
};

/// Edits the one line that is meant; false if there is none.
template <class Suits, class Edit>
bool edit_line(Emission& emission, const FaultRequest& request, std::uint64_t random, Suits suits,
               Edit edit) {
  Lines lines = lines_of(emission.bytes);
  const auto index = choose(lines, request, random, suits);
  if (!index) return false;
  edit(lines, *index);
  return join(lines, emission);
}

/// The '*' between a value and its unit; a code may have one, too.
std::size_t star_in(std::string_view line) {
  const auto bracket = line.find('(');
  return bracket == std::string_view::npos ? bracket : line.find('*', bracket);
}

bool has_unit(std::string_view line) { return star_in(line) != std::string_view::npos; }

bool replace_all(std::string& text, std::string_view from, std::string_view to) {
  bool any = false;
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
    any = true;
  }
  return any;
}

/// The first twelve digits with S, W or nothing after them; npos if a line has none. Texts and
/// ids (x-x:96.x.x) are bytes in hexadecimal, which may be twelve digits without being a time.
std::size_t time_in(std::string_view line) {
  const auto first = line.find('(');
  if (first == std::string_view::npos) return first;
  const bool octets = line.substr(0, first).find(":96.") != std::string_view::npos;
  for (std::size_t at = first; at != std::string_view::npos; at = line.find('(', at + 1)) {
    const std::string_view rest = line.substr(at + 1);
    const auto digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
    if (digits != 12) continue;
    const std::string_view after = rest.substr(12);
    if (after.starts_with("S)") || after.starts_with("W)")) return at + 1;
    if (after.starts_with(')') && !octets) return at + 1;
  }
  return std::string_view::npos;
}

bool has_time(std::string_view line) { return time_in(line) != std::string_view::npos; }

/// Puts another text into the brackets of the message.
bool replace_message(Emission& emission, std::string_view text) {
  constexpr std::string_view kHead = "0-0:96.13.0(";
  const auto message = emission.bytes.find(kHead);
  if (message == std::string::npos) return false;
  const auto begin = message + kHead.size();
  const auto end = emission.bytes.find(')', begin);
  if (end == std::string::npos) return false;
  emission.bytes.replace(begin, end - begin, text);
  return true;
}

bool miss_line(Emission& emission, const FaultRequest& request, std::int64_t,
               std::uint64_t random) {
  return edit_line(emission, request, random, kAnyLine, [](Lines& lines, std::size_t index) {
    lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(index));
  });
}

bool double_line(Emission& emission, const FaultRequest& request, std::int64_t,
                 std::uint64_t random) {
  return edit_line(emission, request, random, kAnyLine, [](Lines& lines, std::size_t index) {
    const std::string line = lines[index];
    lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(index), line);
  });
}

bool shuffle_lines(Emission& emission, const FaultRequest&, std::int64_t, std::uint64_t random) {
  Lines lines = lines_of(emission.bytes);
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    // A line that another one continues stays where it is.
    const bool continued = i + 1 < lines.size() && lines[i + 1].starts_with('(');
    if (is_data(lines[i]) && !continued) places.push_back(i);
  }
  if (places.size() < 2) return false;
  for (std::size_t i = places.size() - 1; i > 0; --i) {
    const auto other = static_cast<std::size_t>(
        random_below(random_at(random, i), static_cast<std::int64_t>(i) + 1));
    std::swap(lines[places[i]], lines[places[other]]);
  }
  return join(lines, emission);
}

bool add_unknown_object(Emission& emission, const FaultRequest& request, std::int64_t,
                        std::uint64_t random) {
  return edit_line(emission, request, random, kAnyLine, [](Lines& lines, std::size_t index) {
    lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(index), "1-0:199.99.9(01.234*kW)\r\n");
  });
}

/// Puts in an object with a text of 0 and 1, each of which changes the CRC in its own way: some of them
/// together make it 0.
bool zero_crc(Emission& emission, const FaultRequest&, std::int64_t, std::uint64_t) {
  const auto crc = emission.crc();
  if (!crc) return false;
  const std::string head = emission.bytes.substr(0, crc->at - 1) + "0-0:96.55.2(";
  std::array<char, 16> text{};
  text.fill('0');
  const auto crc_now = [&] {
    const std::string_view digits(text.data(), text.size());
    return crc_of(*emission.crc_algorithm, head + std::string(digits) + ")\r\n!");
  };
  std::uint16_t now = crc_now();
  std::array<std::uint16_t, text.size()> change{};
  for (std::size_t i = 0; i < text.size(); ++i) {
    text[i] = '1';
    change[i] = now ^ crc_now();
    text[i] = '0';
  }
  // Each step changes one digit, and all texts come up (a Gray code).
  for (unsigned step = 1; now != 0; ++step) {
    const auto digit = static_cast<std::size_t>(std::countr_zero(step));
    if (digit == text.size()) return false;
    now ^= change[digit];
    text[digit] ^= '0' ^ '1';
  }
  emission.bytes.insert(crc->at - 1,
                        head.substr(crc->at - 1) + std::string(text.data(), text.size()) + ")\r\n");
  return true;
}

/// A data line whose code has no *255 yet, as some meters have it anyway.
bool is_without_suffix(std::string_view line) {
  return is_data(line) && !line.substr(0, line.find('(')).ends_with("*255");
}

bool add_star_suffix(Emission& emission, const FaultRequest& request, std::int64_t,
                     std::uint64_t random) {
  const auto edit = [](Lines& lines, std::size_t index) {
    lines[index].insert(lines[index].find('('), "*255");
  };
  if (request.at) return edit_line(emission, request, random, is_without_suffix, edit);
  // Meters that have it have it everywhere.
  Lines lines = lines_of(emission.bytes);
  if (std::ranges::none_of(lines, is_without_suffix)) return false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (is_without_suffix(lines[i])) edit(lines, i);
  }
  return join(lines, emission);
}

bool change_digits(Emission& emission, const FaultRequest& request, std::int64_t amount,
                   std::uint64_t random) {
  // More digits before the point, or fewer: the value stays, its written form does not.
  const auto spare = [](std::string_view value) {
    return value.size() > 1 && value[0] == '0' && value[1] >= '0' && value[1] <= '9';
  };
  const auto suits = [&](std::string_view line) {
    const auto bracket = line.rfind('(');
    return bracket != std::string_view::npos && line.find('.', bracket) < line.find('*', bracket) &&
           (amount > 0 || spare(line.substr(bracket + 1)));
  };
  return edit_line(emission, request, random, suits, [&](Lines& lines, std::size_t index) {
    std::string& line = lines[index];
    const auto begin = line.rfind('(') + 1;
    if (amount > 0) line.insert(begin, static_cast<std::size_t>(amount), '0');
    for (std::int64_t i = amount; i < 0 && spare(std::string_view(line).substr(begin)); ++i) {
      line.erase(begin, 1);
    }
  });
}

bool drop_unit(Emission& emission, const FaultRequest& request, std::int64_t,
               std::uint64_t random) {
  return edit_line(emission, request, random, has_unit, [](Lines& lines, std::size_t index) {
    std::string& line = lines[index];
    const auto star = star_in(line);
    line.erase(star, line.find(')', star) - star);
  });
}

bool use_watts(Emission& emission, const FaultRequest& request, std::int64_t,
               std::uint64_t random) {
  const auto kilowatts = [](std::string_view line) {
    return line.find("*kW)") != std::string_view::npos;
  };
  return edit_line(emission, request, random, kilowatts, [](Lines& lines, std::size_t index) {
    // 01.193*kW becomes 01193*W: the same power.
    std::string& line = lines[index];
    const auto begin = line.rfind('(', line.find("*kW)"));
    const auto point = line.find('.', begin);
    const auto star = line.find("*kW)");
    const std::size_t decimals = point < star ? star - point - 1 : 0;
    if (point < star) line.erase(point, 1);
    const auto unit = line.find("*kW)");
    line.replace(unit, 3, std::string(decimals < 3 ? 3 - decimals : 0, '0') + "*W");
  });
}

bool drop_star(Emission& emission, const FaultRequest& request, std::int64_t,
               std::uint64_t random) {
  return edit_line(emission, request, random, has_unit, [](Lines& lines, std::size_t index) {
    lines[index].erase(star_in(lines[index]), 1);
  });
}

bool make_negative(Emission& emission, const FaultRequest& request, std::int64_t,
                   std::uint64_t random) {
  return edit_line(emission, request, random, has_unit, [](Lines& lines, std::size_t index) {
    std::string& line = lines[index];
    line.insert(line.rfind('(', star_in(line)) + 1, "-");
  });
}

bool empty_value(Emission& emission, const FaultRequest& request, std::int64_t,
                 std::uint64_t random) {
  const auto has_value = [](std::string_view line) {
    return line.find('(') < line.rfind(')') && line.rfind(')') != std::string_view::npos;
  };
  return edit_line(emission, request, random, has_value, [](Lines& lines, std::size_t index) {
    std::string& line = lines[index];
    const auto begin = line.find('(');
    line.replace(begin, line.rfind(')') - begin + 1, "()");
  });
}

bool end_with_lf(Emission& emission, const FaultRequest&, std::int64_t, std::uint64_t) {
  return replace_all(emission.bytes, "\r\n", "\n");
}

bool end_with_cr(Emission& emission, const FaultRequest&, std::int64_t, std::uint64_t) {
  return replace_all(emission.bytes, "\r\n", "\r");
}

bool drop_blank_line(Emission& emission, const FaultRequest&, std::int64_t, std::uint64_t) {
  const auto blank = emission.bytes.find("\r\n\r\n");
  if (blank == std::string::npos) return false;
  emission.bytes.erase(blank, 2);
  return true;
}

bool add_blank_lines(Emission& emission, const FaultRequest&, std::int64_t amount, std::uint64_t) {
  const auto blank = emission.bytes.find("\r\n\r\n");
  if (blank == std::string::npos) return false;
  std::string lines;
  for (std::int64_t i = 0; i < amount; ++i) lines += "\r\n";
  emission.bytes.insert(blank + 2, lines);
  return true;
}

bool lengthen_line(Emission& emission, const FaultRequest&, std::int64_t amount, std::uint64_t) {
  // The line never ends: neither bracket nor line end come, and so no '!' at a line's start.
  const auto bracket = emission.bytes.find('(');
  if (bracket == std::string::npos) return false;
  emission.bytes.resize(bracket + 1);
  emission.bytes.append(static_cast<std::size_t>(amount), '3');
  return true;
}

bool lengthen_message(Emission& emission, const FaultRequest&, std::int64_t amount, std::uint64_t) {
  std::string text;
  for (std::int64_t i = 0; i < amount; ++i) text += "3F";
  return replace_message(emission, text);
}

bool put_slash_and_bang(Emission& emission, const FaultRequest&, std::int64_t, std::uint64_t) {
  // Raw text in the message, as seen on an Iskra MT382: "test-/-test".
  return replace_message(emission, "a/b!c/ISK5!");
}

bool shift_time(Emission& emission, const FaultRequest& request, std::int64_t amount,
                std::uint64_t random) {
  return edit_line(emission, request, random, has_time, [&](Lines& lines, std::size_t index) {
    std::string& line = lines[index];
    // The hour of the day, another one: a valid time that is wrong.
    const auto at = time_in(line) + 6;
    const int hour = (line[at] - '0') * 10 + (line[at + 1] - '0');
    const int wrong = static_cast<int>(((hour + amount) % 24 + 24) % 24);
    line[at] = static_cast<char>('0' + wrong / 10);
    line[at + 1] = static_cast<char>('0' + wrong % 10);
  });
}

bool invalidate_time(Emission& emission, const FaultRequest& request, std::int64_t,
                     std::uint64_t random) {
  static constexpr std::string_view kInvalid[] = {"632525252525", "700101010000", "000101000000",
                                                  "261332256199"};
  return edit_line(emission, request, random, has_time, [&](Lines& lines, std::size_t index) {
    const auto which = static_cast<std::size_t>(random_below(random >> 20, 4));
    lines[index].replace(time_in(lines[index]), 12, kInvalid[which]);
  });
}

bool reorder_mbus(Emission& emission, const FaultRequest&, std::int64_t, std::uint64_t) {
  // The device type goes after its channel's value, so that the medium is not known before.
  Lines lines = lines_of(emission.bytes);
  const auto type = std::ranges::find_if(lines, [](const std::string& line) {
    return line.starts_with("0-") && line.find(":24.1.0(") == 3;
  });
  if (type == lines.end()) return false;
  const std::string channel = type->substr(0, 4);
  const std::string moved = *type;
  auto after = lines.erase(type);
  const auto begin = after;
  while (after != lines.end() && (after->starts_with(channel) || after->starts_with('('))) ++after;
  if (after == begin) return false;
  lines.insert(after, moved);
  return join(lines, emission);
}

bool swap_peak_brackets(Emission& emission, const FaultRequest&, std::int64_t, std::uint64_t) {
  Lines lines = lines_of(emission.bytes);
  for (std::string& line : lines) {
    if (!line.starts_with("1-0:1.6.0(")) continue;
    const auto middle = line.find(")(");
    if (middle == std::string::npos) return false;
    const auto begin = line.find('(');
    const auto end = line.rfind(')');
    const std::string first = line.substr(begin, middle + 1 - begin);
    const std::string second = line.substr(middle + 1, end - middle);
    line.replace(begin, end + 1 - begin, second + first);
    return join(lines, emission);
  }
  return false;
}

constexpr auto kRows = std::to_array<FaultRow>({
    {"missing-line", "a data line is left out", "", 0, kStage, true, kAtLine, miss_line},
    {"double-line", "a data line is sent twice", "", 0, kStage, true, kAtLine, double_line},
    {"shuffle-lines", "data lines in another order", "", 0, kStage, true, kNowhere, shuffle_lines},
    {"unknown-obis", "an object that no document defines", "", 0, kStage, true, kAtLine,
     add_unknown_object},
    {"crc-zero", "an object more, by which the CRC is 0000", "", 0, kStage, true, kNowhere,
     zero_crc},
    {"star-suffix", "OBIS codes with *255", "", 0, kStage, true, kAtLine, add_star_suffix},
    {"change-digits", "more leading zeros, or fewer if negative", "digits", 1, kStage, true,
     kAtLine, change_digits, true, false, 1000},
    {"missing-unit", "a value without its unit", "", 0, kStage, true, kAtLine, drop_unit},
    {"watts", "W instead of kW, the same power", "", 0, kStage, true, kAtLine, use_watts},
    {"missing-star", "a value and its unit without '*' in between", "", 0, kStage, true, kAtLine,
     drop_star},
    {"negative", "a minus before a value", "", 0, kStage, true, kAtLine, make_negative},
    {"empty-value", "empty brackets", "", 0, kStage, true, kAtLine, empty_value},
    {"lf-only", "lines end with LF", "", 0, kStage, true, kNowhere, end_with_lf},
    {"cr-only", "lines end with CR", "", 0, kStage, true, kNowhere, end_with_cr},
    {"no-blank-line", "no empty line after the identification", "", 0, kStage, true, kNowhere,
     drop_blank_line},
    {"blank-lines", "more empty lines after the identification", "lines", 2, kStage, true, kNowhere,
     add_blank_lines},
    {"endless-line", "a line that never ends", "bytes", 200'000, kStage, false, kNowhere,
     lengthen_line},
    {"long-message", "a message of that many characters; 1024 fit", "characters", 1025, kStage,
     true, kNowhere, lengthen_message},
    {"slash-and-bang", "a text message that contains '/' and '!', unencoded", "", 0, kStage, true,
     kNowhere, put_slash_and_bang},
    {"wrong-time", "a time that is wrong by hours", "hours", 5, kStage, true, kAtLine, shift_time,
     true, false, 23},
    {"invalid-time", "a time that does not exist", "", 0, kStage, true, kAtLine, invalidate_time},
    {"mbus-order", "the device type after the value of its channel", "", 0, kStage, true, kNowhere,
     reorder_mbus},
    {"swap-peak", "1-0:1.6.0 with the value before the time", "", 0, kStage, true, kNowhere,
     swap_peak_brackets},
});

}  // namespace

std::span<const FaultRow> text_faults() { return kRows; }

}  // namespace p1rig
