// Whatever a meter has to say: the CRC is right, and outside the holes of its profile nothing
// changes. The template is read here once more, without the compiler that the renderer uses.

#include <gtest/gtest.h>

#include <functional>
#include <sstream>

#include "protocol/value_format.h"
#include "simulator/files/document.h"
#include "simulator/profile/evidence.h"
#include "simulator/profile/profile.h"
#include "simulator/render/render.h"
#include "tests/protocol/xorshift.h"
#include "tests/simulator/bitwise_crc.h"

namespace p1rig::every_profile_test {
namespace {

constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
constexpr int kStates = 200;

/// The words of a hole, "{energy.import F9(3,3) kWh}".
struct HoleWords {
  std::string name, format, unit;
};

/// What a template asks for, one after the other: text that must come as it is, or a hole.
struct Piece {
  std::string text;
  std::optional<HoleWords> hole;
};

/// A template as written in the file, and the texts of the M-Bus blocks, by medium.
struct Template {
  std::string telegram;
  std::map<std::string, std::string> blocks;
};

const Node* member(const Node* table, std::string_view key) {
  if (table == nullptr || table->table() == nullptr) return nullptr;
  for (const auto& [name, node] : *table->table()) {
    if (name == key) return &node;
  }
  return nullptr;
}

Template template_of(const Document& document) {
  Template result;
  result.telegram = *member(member(&document.root, "telegram"), "text")->string();
  if (const Node* mbus = member(&document.root, "mbus")) {
    for (const auto& [medium, node] : *mbus->table()) {
      if (const Node* text = member(&node, "text")) result.blocks[medium] = *text->string();
    }
  }
  return result;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

/// The template with its lists and M-Bus blocks written out for this state.
std::string unrolled(const Template& shape, const MeterState& state) {
  std::string text = shape.telegram;
  replace_all(text, "\r\n", "\n");
  std::string blocks;
  for (const MbusDevice& device : state.devices) {
    std::string block = shape.blocks.at(std::string(to_string(device.medium)));
    replace_all(block, "0-n:", "0-" + std::to_string(device.channel) + ":");
    blocks += block;
  }
  replace_all(text, "{mbus}\n", blocks);
  for (std::size_t at = 0; (at = text.find("{each ", at)) != std::string::npos;) {
    const std::size_t body = text.find('}', at) + 1;
    const std::size_t end = text.find("{end}", at);
    const bool failures = text.substr(at, body - at).find("failures") != std::string::npos;
    std::string repeated;
    for (std::size_t i = 0; i < (failures ? state.failures.size() : state.peaks.size()); ++i) {
      repeated += text.substr(body, end - body);
    }
    // A line that is nothing but a list is not there while the list is empty.
    const bool own_line = text[at - 1] == '\n' && text[end + 5] == '\n';
    text.replace(at, end + 5 - at + (own_line && repeated.empty() ? 1 : 0), repeated);
  }
  replace_all(text, "\n", "\r\n");
  return text;
}

std::vector<Piece> pieces_of(std::string_view text) {
  std::vector<Piece> pieces(1);
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view two = text.substr(at, 2);
    if (two == "{{" || two == "}}" || text[at] != '{') {
      pieces.back().text += text[at];
      at += two == "{{" || two == "}}" ? 2U : 1U;
      continue;
    }
    const std::size_t end = text.find('}', at);
    std::istringstream words(std::string(text.substr(at + 1, end - at - 1)));
    HoleWords hole;
    words >> hole.name >> hole.format >> hole.unit;
    at = end + 1;
    if (hole.name == "raw") {
      for (std::string octet = hole.format; !octet.empty(); octet = std::exchange(hole.unit, "")) {
        pieces.back().text += static_cast<char>(std::stoi(octet, nullptr, 16));
      }
      std::string octet;
      while (words >> octet) pieces.back().text += static_cast<char>(std::stoi(octet, nullptr, 16));
      continue;
    }
    pieces.back().hole = hole;
    pieces.emplace_back();
  }
  return pieces;
}

/// True where a hole may have printed this.
bool may_print(const HoleWords& hole, std::string_view value) {
  const auto format = parse_value_format(hole.format);
  if (!format) return false;
  if (!hole.unit.empty()) {
    const std::string suffix = "*" + hole.unit;
    if (!value.ends_with(suffix)) return false;
    value.remove_suffix(suffix.size());
  }
  if (format->kind == ValueFormat::Kind::kString) return true;
  return conforms(value, *format);
}

/// Where the telegram parts from the pieces, or nothing. The values that tests make up have none of
/// the characters that end a value in any profile.
std::optional<std::string> first_difference(std::string_view telegram,
                                            const std::vector<Piece>& pieces) {
  for (const Piece& piece : pieces) {
    if (!telegram.starts_with(piece.text)) {
      return "expected \"" + piece.text + "\" at \"" + std::string(telegram.substr(0, 60)) + "\"";
    }
    telegram.remove_prefix(piece.text.size());
    if (!piece.hole) continue;
    if (piece.hole->name == "crc") return std::nullopt;  // judged by itself
    // An identifier may be padded with blanks.
    const bool has_blank = piece.hole->format == "TST17";
    const auto end = telegram.find_first_of(has_blank ? "),\r\n" : "),\r\n ");
    const std::string_view value = telegram.substr(0, end);
    if (!may_print(*piece.hole, value)) {
      return "{" + piece.hole->name + " " + piece.hole->format + "} printed \"" +
             std::string(value) + "\"";
    }
    telegram.remove_prefix(value.size());
  }
  if (telegram.empty()) return std::nullopt;
  return "more than the template: \"" + std::string(telegram) + "\"";
}

class Maker {
 public:
  Maker(const Profile& profile, std::uint64_t seed) : profile_(profile), random_(seed) {}

  MeterState state() {
    MeterState state;
    for (const QuantityRow& row : quantities()) {
      if (row.kind == QuantityKind::kTime) state[row.id] = instant().time_since_epoch().count();
      if (row.kind == QuantityKind::kText) state.texts[row.id] = text();
      if (row.kind != QuantityKind::kTime && row.kind != QuantityKind::kText) {
        state[row.id] = value(row.kind);
      }
    }
    state.month = state.values;
    for (std::size_t i = random_.below(11); i > 0; --i) {
      state.failures.push_back({maybe_instant(), value(QuantityKind::kCounter)});
    }
    for (std::size_t i = random_.below(14); i > 0; --i) {
      state.peaks.push_back({instant(), maybe_instant(), value(QuantityKind::kInstant)});
    }
    devices(state);
    return state;
  }

 private:
  void devices(MeterState& state) {
    std::vector<Medium> media;
    for (std::size_t medium = 0; medium < kMediumCount; ++medium) {
      const bool has = profile_.layout.has_block(static_cast<Medium>(medium));
      if (has && static_cast<Medium>(medium) != Medium::kUnlinked) {
        media.push_back(static_cast<Medium>(medium));
      }
    }
    for (int channel = 1; channel <= 4 && !media.empty(); ++channel) {
      if (random_.below(2) == 0) continue;
      MbusDevice device;
      device.medium = media[random_.below(media.size())];
      device.channel = channel;
      device.id = text();
      device.ean = text();
      device.time = maybe_instant();
      device.reading = value(QuantityKind::kRegister);
      device.valve = static_cast<std::int64_t>(random_.below(3));
      state.devices.push_back(std::move(device));
    }
    fill_free_channels(profile_.capture, state);
  }

  std::string text() { return random_.text(kLetters, random_.below(20)); }

  /// From 2020 to 2039.
  std::chrono::sys_seconds instant() {
    return std::chrono::sys_seconds{
        std::chrono::seconds{1'577'836'800 + random_.below(20 * 365 * 86'400ULL)}};
  }

  /// Nothing for a time that is not known, where the profile has a way to say so.
  std::optional<std::chrono::sys_seconds> maybe_instant() {
    if (!profile_.layout.unset_time.empty() && random_.below(4) == 0) return std::nullopt;
    return instant();
  }

  /// Of every size, so that registers wrap and powers reach their nines.
  std::int64_t value(QuantityKind kind) {
    auto value = static_cast<std::int64_t>(random_.next() >> (8 + random_.below(56)));
    if (kind == QuantityKind::kCode) return value % 10;
    if (kind == QuantityKind::kCounter) return value % 100'000;
    if (kind == QuantityKind::kInstant && random_.below(3) == 0) value = -value;
    return value;
  }

  const Profile& profile_;
  test::Xorshift random_;
};

/// What stands after the last '!', without the line end.
std::string_view crc_of(std::string_view telegram) {
  const auto bang = telegram.rfind('!');
  return telegram.substr(bang + 1, telegram.size() - bang - 3);
}

void expect_right_crc(const std::string& telegram, const std::string& form) {
  const auto bang = telegram.rfind('!');
  ASSERT_NE(bang, std::string::npos);
  ASSERT_TRUE(telegram.ends_with("\r\n"));
  const unsigned crc = test::bitwise_crc(std::string_view(telegram).substr(0, bang + 1));
  char expected[8] = "";
  if (form == "X4") std::snprintf(expected, sizeof expected, "%04X", crc);
  if (form == "x4") std::snprintf(expected, sizeof expected, "%04x", crc);
  if (form == "X") std::snprintf(expected, sizeof expected, "%X", crc);
  ASSERT_EQ(crc_of(telegram), expected) << telegram;
}

/// "X4" of {crc X4}; empty where the telegram has none.
std::string crc_form(std::string_view text) {
  const auto at = text.find("{crc ");
  if (at == std::string_view::npos) return "";
  return std::string(text.substr(at + 5, text.find('}', at) - at - 5));
}

TEST(EveryProfile, FillsItsHolesAndTouchesNothingElse) {
  ::setenv("P1RIG_DATA", P1RIG_SOURCE_DIR, 1);
  const auto files = list_profiles();
  ::unsetenv("P1RIG_DATA");
  ASSERT_GE(files.size(), 38U);
  std::uint64_t seed = 0;
  for (const auto& [name, file] : files) {
    SCOPED_TRACE(name);
    const auto profile = load_profile(file);
    ASSERT_TRUE(profile) << profile.error().message;
    EXPECT_TRUE(has_evidence(*profile)) << "what is shipped is shown to be sent by a meter";
    Template shape = template_of(read_document(file).value());
    for (const MbusForm& form : profile->dialect->mbus) {
      shape.blocks.try_emplace(std::string(form.medium), form.text);
    }
    const std::string form = crc_form(shape.telegram);
    EXPECT_EQ(profile->layout.has_crc, !form.empty());
    Maker maker(*profile, ++seed);
    for (int turn = 0; turn < kStates; ++turn) {
      const MeterState state = maker.state();
      std::string telegram, again;
      Truth truth;
      render(profile->layout, state, profile->zone, telegram, &truth);
      render(profile->layout, state, profile->zone, again);
      ASSERT_EQ(telegram, again) << "the Truth changes nothing";
      const auto difference = first_difference(telegram, pieces_of(unrolled(shape, state)));
      ASSERT_FALSE(difference) << "seed " << seed << ", state " << turn << ": " << *difference;
      ASSERT_NO_FATAL_FAILURE(expect_right_crc(telegram, form)) << "state " << turn;
      ASSERT_FALSE(truth.empty());
    }
  }
}

}  // namespace
}  // namespace p1rig::every_profile_test
