#include "conformance/judge/crc_ways.h"

#include <algorithm>
#include <array>

namespace p1rig {
namespace {

constexpr std::array kLineEnds{CrcLineEnds::kAsTheyAre, CrcLineEnds::kCrLf, CrcLineEnds::kLf,
                               CrcLineEnds::kNone};

std::string_view written(CrcLineEnds line_ends) {
  switch (line_ends) {
    case CrcLineEnds::kAsTheyAre:
      return "";
    case CrcLineEnds::kCrLf:
      return "\r\n";
    case CrcLineEnds::kLf:
      return "\n";
    case CrcLineEnds::kNone:
      break;
  }
  return "";
}

std::string with_line_ends(std::string_view text, CrcLineEnds line_ends) {
  if (line_ends == CrcLineEnds::kAsTheyAre) return std::string(text);
  std::string result;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    result += text.substr(0, end);
    if (end == text.size()) break;
    result += written(line_ends);
    text.remove_prefix(end + (text.substr(end, 2) == "\r\n" ? 2 : 1));
  }
  return result;
}

std::uint16_t swap_octets(std::uint16_t crc) {
  return static_cast<std::uint16_t>(crc << 8 | crc >> 8);
}

/// Every way, with no regard to any telegram.
const std::vector<CrcWay>& all_ways() {
  static const std::vector<CrcWay> ways = [] {
    std::vector<CrcWay> all;
    for (const CrcLineEnds line_ends : kLineEnds) {
      for (const bool with_slash : {true, false}) {
        for (const bool with_bang : {true, false}) {
          for (const CrcAlgorithm& algorithm : crc_algorithms()) {
            for (const bool swapped : {false, true}) {
              all.push_back({&algorithm, with_slash, with_bang, swapped, line_ends});
            }
          }
        }
      }
    }
    std::ranges::stable_sort(all, {}, &CrcWay::deviations);
    return all;
  }();
  return ways;
}

}  // namespace

int CrcWay::deviations() const {
  return int{algorithm != &crc_algorithms().front()} + int{!with_slash} + int{!with_bang} +
         int{swapped} + int{line_ends != CrcLineEnds::kAsTheyAre};
}

std::string to_string(const CrcWay& way) {
  std::string text(way.algorithm->title);
  if (!way.with_slash && !way.with_bang) {
    text += " without '/' and '!'";
  } else if (!way.with_slash) {
    text += " without the '/'";
  } else if (!way.with_bang) {
    text += " without the '!'";
  }
  switch (way.line_ends) {
    case CrcLineEnds::kAsTheyAre:
      break;
    case CrcLineEnds::kCrLf:
      text += ", with line ends CR LF";
      break;
    case CrcLineEnds::kLf:
      text += ", with line ends LF";
      break;
    case CrcLineEnds::kNone:
      text += ", without line ends";
      break;
  }
  return text + (way.swapped ? ", with its bytes swapped" : "");
}

int chance_of(const CrcWay& way) {
  const auto tried = std::ranges::count_if(all_ways(), [&](const CrcWay& other) {
    return other.deviations() > 0 && other.deviations() <= way.deviations();
  });
  return 65536 / static_cast<int>(std::max<std::ptrdiff_t>(tried, 1));
}

std::vector<CrcWay> find_crc_ways(const Telegram& telegram) {
  const auto sent = written_crc(telegram);
  if (!sent || telegram.bang_offset > kLongestTelegram) return {};
  if (check_crc(telegram) == CrcVerdict::kRight) return {};
  const auto covered = telegram.bytes.substr(0, telegram.bang_offset + 1);
  std::array<std::string, kLineEnds.size()> texts;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    texts[i] = with_line_ends(covered, kLineEnds[i]);
    // If they are so already, it is not another way.
    if (i > 0 && texts[i] == texts[0]) texts[i].clear();
  }
  std::vector<CrcWay> found;
  for (const CrcWay& way : all_ways()) {
    std::string_view text = texts[static_cast<std::size_t>(way.line_ends)];
    if (text.size() < 2) continue;  // what begins with its own end
    if (!way.with_slash) text.remove_prefix(1);
    if (!way.with_bang) text.remove_suffix(1);
    const std::uint16_t crc = crc_of(*way.algorithm, text);
    if ((way.swapped ? swap_octets(crc) : crc) == *sent) found.push_back(way);
  }
  return found;
}

}  // namespace p1rig
