#include "simulator/profile/evidence.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <system_error>

#include "protocol/ascii.h"
#include "protocol/crc16.h"
#include "protocol/crc_algorithms.h"
#include "simulator/files/data_dir.h"
#include "simulator/files/document.h"
#include "simulator/files/read_file.h"
#include "simulator/files/suggest.h"
#include "simulator/render/render.h"

namespace p1rig {
namespace {

/// Removes `count` digits from the front; false if there are fewer or more.
bool take_digits(std::string_view& text, std::size_t count) {
  std::size_t there = 0;
  while (there < text.size() && is_digit(text[there])) ++there;
  if (there != count) return false;
  text.remove_prefix(count);
  return true;
}

constexpr std::string_view kDashedTime = "YY-MM-DD hh:mm:ss";

/// True if the text has digits where kDashedTime has letters, and else is the same.
bool has_separators(std::string_view text) {
  return std::ranges::equal(text, kDashedTime, [](char c, char meant) {
    return std::isalpha(static_cast<unsigned char>(meant)) != 0 ? is_digit(c) : c == meant;
  });
}

/// One bracket against one element: "6.3*kWh", "4", "hex", "text", "YYMMDDhhmmssX", or a literal.
bool element_matches(std::string_view text, std::string_view element) {
  const bool hex = std::ranges::all_of(
      text, [](char c) { return is_digit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f'); });
  if (element == "text") return !text.empty();
  if (element == "hex") return hex && !text.empty();
  if (element == "YYMMDDhhmmssX") {
    return take_digits(text, 12) && (text == "S" || text == "W");
  }
  if (element == kDashedTime) return has_separators(text);
  if (text == element) return true;
  if (const auto comma = element.find(','); comma != std::string_view::npos) {
    const auto other = text.find(',');
    return other != std::string_view::npos &&
           element_matches(text.substr(0, other), element.substr(0, comma)) &&
           element_matches(text.substr(other + 1), element.substr(comma + 1));
  }
  if (element.starts_with('-') && text.starts_with('-')) {
    return element_matches(text.substr(1), element.substr(1));
  }
  // digits[.decimals][*unit]
  std::size_t at = 0;
  const auto count = [&] {
    std::size_t value = 0;
    while (at < element.size() && is_digit(element[at])) {
      value = value * 10 + static_cast<std::size_t>(element[at++] - '0');
    }
    return value;
  };
  if (element.empty() || !is_digit(element[0])) return false;
  if (!take_digits(text, count())) return false;
  if (at < element.size() && element[at] == '.') {
    ++at;
    if (!text.starts_with('.')) return false;
    text.remove_prefix(1);
    if (!take_digits(text, count())) return false;
  }
  return text == element.substr(at);
}

/// "(a)(b)" in pieces; what is not in brackets ends the list.
std::vector<std::string_view> brackets_of(std::string_view text) {
  std::vector<std::string_view> list;
  while (text.starts_with('(')) {
    const auto end = text.find(')');
    if (end == std::string_view::npos) break;
    list.push_back(text.substr(1, end - 1));
    text.remove_prefix(end + 1);
  }
  return list;
}

bool match_all(const std::vector<std::string_view>& brackets, std::size_t& at,
               std::string_view elements) {
  for (const std::string_view element : brackets_of(elements)) {
    if (at >= brackets.size() || !element_matches(brackets[at], element)) return false;
    ++at;
  }
  return true;
}

struct SeenObject {
  std::string obis;
  std::vector<std::string> shapes;
};

struct Family {
  std::string file;
  std::vector<SeenObject> objects;
};

Result<Family> load_family(const std::string& name) {
  const auto file = data_dir() / "captures" / "shapes" / (name + ".toml");
  const auto document = read_document(file);
  if (!document) return tl::make_unexpected(document.error());
  Complaints complaints(document->file);
  TableReader root("the file", &document->root, complaints);
  Family family{document->file, {}};
  for (const Node* node : root.tables("object")) {
    TableReader object("[[object]]", node, complaints);
    SeenObject seen{object.required_string("obis"), object.some_strings("shapes")};
    // A value on a line of its own continues the object.
    for (const std::string& line : object.strings("continuation")) {
      const std::size_t first_lines = seen.shapes.size();
      for (std::size_t i = 0; i < first_lines; ++i) seen.shapes.push_back(seen.shapes[i] + line);
    }
    family.objects.push_back(std::move(seen));
  }
  if (!complaints.none()) return tl::make_unexpected(complaints.error());
  return family;
}

/// 0-1:24.2.1 becomes 0-n:24.2.1, as families write M-Bus objects; relays keep their number.
std::string family_code(std::string_view code) {
  std::string text(code);
  const bool mbus = text.size() > 5 && text.starts_with("0-") && text[2] >= '1' && text[2] <= '4' &&
                    text[3] == ':' && (text.substr(4, 3) == "24." || text.substr(4, 5) == "96.1.");
  if (mbus) text[2] = 'n';
  return text;
}

struct Line {
  std::string code;
  std::string brackets;
};

/// The data lines of a telegram; a line that begins with a bracket continues the one before.
std::vector<Line> data_lines(std::string_view telegram) {
  std::vector<Line> lines;
  std::size_t at = std::min(telegram.find('\n'), telegram.size() - 1) + 1;
  while (at < telegram.size()) {
    const auto end = std::min(telegram.find('\r', at), telegram.size());
    const std::string_view line = telegram.substr(at, end - at);
    at = end + 2;
    if (line.starts_with('!')) break;
    const auto bracket = line.find('(');
    if (bracket == 0 && !lines.empty()) {
      lines.back().brackets += line;
    } else if (bracket != std::string_view::npos) {
      lines.push_back({family_code(line.substr(0, bracket)), std::string(line.substr(bracket))});
    }
  }
  return lines;
}

/// Inside brackets the channel is written as n, too.
std::string with_channel_letter(std::string brackets) {
  for (std::size_t at = 0; (at = brackets.find("(0-", at)) != std::string::npos; at += 3) {
    if (brackets.size() > at + 4 && brackets[at + 4] == ':' && brackets[at + 3] >= '1' &&
        brackets[at + 3] <= '4') {
      brackets[at + 3] = 'n';
    }
  }
  return brackets;
}

bool seen_elsewhere(const Profile& profile, const Line& line) {
  return std::ranges::any_of(profile.evidence.also, [&](const ExtraShape& extra) {
    return extra.obis == line.code && has_shape(with_channel_letter(line.brackets), extra.shape);
  });
}

}  // namespace

bool has_shape(std::string_view brackets, std::string_view shape) {
  const std::vector<std::string_view> texts = brackets_of(brackets);
  std::size_t at = 0;
  while (!shape.empty()) {
    if (shape.starts_with('{')) {
      const auto end = shape.find('}');
      if (end == std::string_view::npos) return false;
      const std::string_view group = shape.substr(1, end - 1);
      while (at < texts.size()) {
        std::size_t next = at;
        if (!match_all(texts, next, group) || next == at) break;
        at = next;
      }
      shape.remove_prefix(end + 1);
      if (shape.starts_with('n')) shape.remove_prefix(1);
      continue;
    }
    const auto group = shape.find('{');
    if (!match_all(texts, at, shape.substr(0, group))) return false;
    shape = group == std::string_view::npos ? std::string_view{} : shape.substr(group);
  }
  return at == texts.size();
}

bool has_evidence(const Profile& profile) {
  return profile.example || !profile.evidence.family.empty() || !profile.evidence.also.empty();
}

std::string render_example(const Profile& profile) {
  std::string telegram;
  render(profile.layout, profile.example->state, profile.zone, telegram);
  if (profile.example->misprints.empty()) return telegram;
  auto bang = telegram.rfind("\r\n!") + 2;
  std::string text = telegram.substr(0, bang + 1);
  for (const auto& [printed, meant] : profile.example->misprints) {
    if (const auto at = text.find(meant); at != std::string::npos) {
      text.replace(at, meant.size(), printed);
    }
  }
  const bool has_crc = profile.layout.has_crc;
  return text + (has_crc ? to_hex(crc_of(*profile.layout.crc_algorithm, text)) : std::string{}) +
         "\r\n";
}

Result<std::string> example_bytes(const Profile& profile) {
  namespace fs = std::filesystem;
  const fs::path beside = fs::path(profile.file).parent_path() / profile.example->file;
  const fs::path shipped = data_dir() / profile.example->file;
  std::error_code error;
  auto bytes = read_file(fs::exists(beside, error) ? beside : shipped);
  if (!bytes) {
    return fail(profile.file + ": [example] file: neither " + beside.string() + " nor " +
                shipped.string() + " can be read");
  }
  return bytes;
}

Result<std::vector<std::string>> shape_deviations(const Profile& profile,
                                                  std::string_view telegram) {
  std::vector<std::string> deviations;
  Result<Family> family;
  if (!profile.evidence.family.empty()) {
    family = load_family(profile.evidence.family);
    if (!family) return tl::make_unexpected(family.error());
  } else if (profile.evidence.also.empty()) {
    return deviations;
  }

  std::size_t reached = 0;
  for (const Line& line : data_lines(telegram)) {
    if (seen_elsewhere(profile, line)) continue;
    const auto object = std::ranges::find(family->objects, line.code, &SeenObject::obis);
    if (object == family->objects.end()) {
      deviations.push_back(line.code + line.brackets +
                           (family->file.empty() ? ": [evidence] does not mention this object"
                                                 : ": no telegram of the family has this object"));
      continue;
    }
    const std::string brackets = with_channel_letter(line.brackets);
    const bool seen = std::ranges::any_of(
        object->shapes, [&](const std::string& shape) { return has_shape(brackets, shape); });
    if (!seen) {
      deviations.push_back(line.code + line.brackets + ": the family has " +
                           object->shapes.front());
    }
    const auto place = static_cast<std::size_t>(object - family->objects.begin());
    const bool mbus = line.code.starts_with("0-n:");
    if (place < reached && !mbus) {
      deviations.push_back(line.code + ": comes after " + family->objects[reached].obis +
                           ", but before it in the family");
    }
    if (!mbus) reached = place;
  }
  return deviations;
}

}  // namespace p1rig
