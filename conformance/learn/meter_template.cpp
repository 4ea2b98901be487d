#include "conformance/learn/meter_template.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "conformance/judge/printable_text.h"
#include "conformance/learn/known_objects.h"
#include "protocol/dialect.h"
#include "protocol/hex.h"
#include "protocol/timestamp.h"
#include "protocol/wording.h"

namespace p1rig {
namespace {

using Kind = TemplateDifference::Kind;

/// The words of a hole: "energy.import", "F9(3,3)", "kWh".
std::vector<std::string_view> words_of(std::string_view hole) {
  std::vector<std::string_view> words;
  while (!hole.empty()) {
    const std::size_t end = std::min(hole.find(' '), hole.size());
    if (end > 0) words.push_back(hole.substr(0, end));
    hole.remove_prefix(std::min(end + 1, hole.size()));
  }
  return words;
}

/// Takes the brackets of one data line of a template.
class LineParser {
 public:
  explicit LineParser(std::string_view text) : text_(text) {}

  void run(TemplateLine& line) {
    std::vector<TemplateBracket>* into = &line.brackets;
    while (at_ < text_.size()) {
      if (text_.substr(at_, 5) == "{each") into = &line.entry;
      if (text_.substr(at_, 4) == "{end") into = &line.brackets;
      if (text_[at_] == '(') {
        into->push_back(bracket());
      } else if (text_[at_] == '{') {
        at_ = std::min(text_.find('}', at_), text_.size() - 1) + 1;
      } else {
        ++at_;
      }
    }
  }

 private:
  TemplateBracket bracket() {
    TemplateBracket found;
    std::size_t depth = 0;
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '{' && text_.substr(at_, 2) != "{{") {
        const std::size_t end = std::min(text_.find('}', at_), text_.size());
        hole(words_of(text_.substr(at_ + 1, end - at_ - 1)), found);
        at_ = std::min(end, text_.size() - 1);
        continue;
      }
      if (c == ')' && depth == 0) break;
      depth += c == '(' ? 1U : 0U;
      depth -= c == ')' ? 1U : 0U;
      if ((c == '{' || c == '}') && text_.substr(at_, 2) == std::string(2, c)) ++at_;
      (found.format ? found.tail : found.text) += c;
    }
    ++at_;
    return found;
  }

  static void hole(const std::vector<std::string_view>& words, TemplateBracket& found) {
    if (words.size() < 2) return;
    if (words[0] == "raw") {
      for (std::size_t i = 1; i < words.size(); ++i) {
        if (const auto octets = parse_hex(words[i])) found.text += *octets;
      }
      return;
    }
    found.format = parse_value_format(words[1]);
    if (words.size() > 2) found.text = words[2];
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// `channel` 1 to 4: that of a block; 0: of a telegram.
void parse_lines(std::string_view text, int channel, std::vector<TemplateLine>& lines) {
  std::map<Obis, std::size_t> occurrences;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    for (std::size_t n = 0; channel != 0 && (n = line.find("0-n:", n)) != line.npos; n += 4) {
      line[n + 2] = static_cast<char>('0' + channel);
    }
    if ((line.starts_with('(') || line.starts_with("{each")) && !lines.empty()) {
      LineParser(line).run(lines.back());
      continue;
    }
    const std::size_t bracket = line.find('(');
    const auto code = parse_obis(std::string_view(line).substr(0, bracket));
    if (bracket == line.npos || !code) continue;
    lines.push_back({code->code, line.substr(0, bracket), {}, {}, ++occurrences[code->code]});
    LineParser(std::string_view(line).substr(bracket)).run(lines.back());
  }
}

std::string shape_of(const TemplateBracket& bracket) {
  if (!bracket.format) return fmt::format("({})", bracket.text);
  return to_string(*bracket.format) + (bracket.text.empty() ? "" : "*" + bracket.text);
}

bool is_of_format(std::string_view text, const ValueFormat& format) {
  using Form = ValueFormat::Kind;
  if (is_time(format)) {
    constexpr std::size_t kDashed = 17;
    const auto time = parse_timestamp(text);
    return time && (time->season != '\0') == (format.kind == Form::kTime) &&
           (text.size() == kDashed) == (format.kind == Form::kTime17);
  }
  return conforms(text, format);
}

/// How many lines of this code one text has at most.
std::size_t count_of(const std::vector<TemplateLine>& lines, const Obis& code) {
  std::size_t count = 0;
  for (const TemplateLine& line : lines) {
    if (line.code == code) count = std::max(count, line.occurrence);
  }
  return count;
}

std::string times_in_words(std::size_t count) {
  return count == 1 ? "once" : count == 2 ? "twice" : counted(count, "time");
}

class Comparison {
 public:
  Comparison(const MeterTemplate& meter, const Telegram& telegram)
      : meter_(meter), telegram_(telegram) {}

  std::vector<TemplateDifference> run() {
    if (!matches_glob(meter_.identification, telegram_.identification)) {
      found_.push_back({Kind::kIdentification, "", meter_.identification,
                        printable_text(telegram_.identification), 1, 0});
    }
    for (const DataLine& line : telegram_.lines) {
      if (line.code) ++counts_[line.code->code];
    }
    for (const DataLine& line : telegram_.lines) compare_line(line);
    if (meter_.has_crc != !telegram_.crc_text.empty()) {
      found_.push_back({Kind::kCrc, "", meter_.has_crc ? "a CRC" : "none",
                        meter_.has_crc ? "none" : "a CRC", 0, telegram_.bang_offset});
    }
    for (const TemplateLine& line : meter_.lines) {
      if (telegram_.find(line.code) == nullptr) {
        found_.push_back({Kind::kMissing, to_string(line.code), "present", "absent"});
      }
    }
    return std::move(found_);
  }

 private:
  void add(Kind kind, const DataLine& line, std::string profile, std::string telegram) {
    found_.push_back({kind, to_string(line.code->code), std::move(profile), std::move(telegram),
                      line.line, line.offset});
  }

  void compare_line(const DataLine& line) {
    if (!line.code) return;
    const Obis code = line.code->code;
    const std::size_t occurrence = ++reached_occurrence_[code];
    compare_count(line, occurrence);
    auto own = std::ranges::find(meter_.lines, code, &TemplateLine::code);
    if (own == meter_.lines.end()) return compare_device(line);
    const auto same = std::find_if(own, meter_.lines.end(), [&](const TemplateLine& each) {
      return each.code == code && each.occurrence == occurrence;
    });
    if (same != meter_.lines.end()) own = same;
    // Of a line that the profile does not have so often, the place says nothing.
    if (same == meter_.lines.end()) return add_all(differences(line, *own));
    const auto place = static_cast<std::size_t>(own - meter_.lines.begin());
    if (place < reached_) {
      add(Kind::kOrder, line, fmt::format("before {}", to_string(meter_.lines[reached_].code)),
          "after it");
    }
    reached_ = std::max(reached_, place);
    add_all(differences(line, *own));
  }

  void add_all(std::vector<TemplateDifference> differences) {
    for (TemplateDifference& each : differences) found_.push_back(std::move(each));
  }

  /// Said once: at the first line too many, or at the last one that is there.
  void compare_count(const DataLine& line, std::size_t occurrence) {
    const Obis code = line.code->code;
    const std::size_t own = count_of(meter_.lines, code) + count_of(meter_.devices, code);
    const std::size_t count = counts_[code];
    if (own == 0 || own == count || occurrence != std::min(own + 1, count)) return;
    add(Kind::kCount, line, times_in_words(own), times_in_words(count));
  }

  /// A device may be of any medium: the block that it is most like counts.
  void compare_device(const DataLine& line) {
    std::optional<std::vector<TemplateDifference>> best;
    for (const TemplateLine& each : meter_.devices) {
      if (each.code != line.code->code) continue;
      auto found = differences(line, each);
      if (!best || found.size() < best->size()) best = std::move(found);
    }
    if (!best) return add(Kind::kUnknown, line, "absent", "present");
    add_all(std::move(*best));
  }

  static std::vector<TemplateDifference> differences(const DataLine& line,
                                                     const TemplateLine& meter) {
    std::vector<TemplateDifference> found;
    const auto add = [&](Kind kind, std::size_t offset, std::string profile, std::string telegram) {
      found.push_back({kind, to_string(line.code->code), std::move(profile),
                       printable_text(telegram), line.line, offset});
    };
    if (line.code_text != meter.code_text) {
      add(Kind::kSpelling, line.offset, meter.code_text, std::string(line.code_text));
    }
    // The text of a message is a value, even where no hole prints it.
    const KnownObject* const known = find_known_object(line.code->code, "");
    const bool is_message = known != nullptr && known->kind == KnownObject::Kind::kMessage;
    const std::size_t head = meter.brackets.size(), count = line.brackets.size();
    const std::size_t in_entries = count - std::min(head, count);
    const bool fits = meter.entry.empty() ? in_entries == 0 : in_entries % meter.entry.size() == 0;
    if (count < head || !fits) {
      add(Kind::kBrackets, line.offset, std::to_string(head), std::to_string(count));
      return found;
    }
    for (std::size_t i = 0; i < count; ++i) {
      const TemplateBracket& own =
          i < head ? meter.brackets[i] : meter.entry[(i - head) % meter.entry.size()];
      const Bracket& bracket = line.brackets[i];
      std::string_view text = bracket.text;
      if (text.ends_with(own.tail)) text.remove_suffix(own.tail.size());
      const auto [value, unit] = split_unit(text);
      if (!own.format) {
        if (bracket.text != own.text && !is_message) {
          add(Kind::kText, bracket.offset, shape_of(own), std::string(bracket.text));
        }
        continue;
      }
      const bool is_text = own.format->kind == ValueFormat::Kind::kString ||
                           own.format->kind == ValueFormat::Kind::kHex;
      if (!is_text && unit != own.text) {
        add(Kind::kUnit, bracket.offset, shape_of(own), std::string(bracket.text));
      } else if (!is_of_format(is_text ? bracket.text : value, *own.format)) {
        add(Kind::kWidth, bracket.offset, shape_of(own), std::string(bracket.text));
      }
    }
    return found;
  }

  const MeterTemplate& meter_;
  const Telegram& telegram_;
  std::size_t reached_ = 0;
  std::map<Obis, std::size_t> counts_, reached_occurrence_;
  std::vector<TemplateDifference> found_;
};

constexpr std::array<std::string_view, 11> kKinds{"identification", "missing",  "unknown", "count",
                                                  "order",          "brackets", "width",   "unit",
                                                  "text",           "spelling", "crc"};

}  // namespace

std::string identification_glob(std::string_view identification) {
  constexpr std::size_t kMakerAndBaud = 4;
  std::string glob;
  bool in_hole = false;
  for (std::size_t i = 0; i < identification.size(); ++i) {
    const char c = identification[i];
    if (c == '{') glob += '*';
    in_hole = c == '{' || (in_hole && c != '}');
    if (in_hole || c == '}') continue;
    const bool is_number = c >= '0' && c <= '9' && i >= kMakerAndBaud;
    glob += c == ' ' || c == '*' || is_number ? '?' : c;
  }
  return glob;
}

MeterTemplate parse_template(std::string_view text, const std::vector<std::string>& blocks) {
  MeterTemplate meter;
  const std::size_t end = std::min(text.find('\n'), text.size());
  if (text.starts_with('/')) meter.identification = identification_glob(text.substr(1, end - 1));
  meter.has_crc = text.find("\n!{crc ") != text.npos;
  parse_lines(text, 0, meter.lines);
  constexpr int kChannels = 4;
  for (const std::string& block : blocks) {
    for (int channel = 1; channel <= kChannels; ++channel) {
      parse_lines(block, channel, meter.devices);
    }
  }
  return meter;
}

std::string_view to_string(TemplateDifference::Kind kind) {
  return kKinds[static_cast<std::size_t>(kind)];
}

std::string description_of(const TemplateDifference& difference) {
  if (difference.kind == Kind::kCount) {
    return fmt::format("{}: {} in the capture, {} in the profile", difference.obis,
                       difference.telegram, difference.profile);
  }
  return fmt::format("{}{}: {} in the profile, {} in the capture",
                     difference.obis.empty() ? "" : difference.obis + ": ",
                     to_string(difference.kind), difference.profile, difference.telegram);
}

std::vector<TemplateDifference> compare(const MeterTemplate& meter, const Telegram& telegram) {
  return Comparison(meter, telegram).run();
}

}  // namespace p1rig
