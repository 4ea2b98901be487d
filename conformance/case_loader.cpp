#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "conformance/case.h"
#include "conformance/judge/line_judge.h"
#include "protocol/dialect.h"
#include "protocol/hex.h"
#include "protocol/obis.h"
#include "simulator/data_dir.h"
#include "simulator/quantity.h"
#include "simulator/state.h"
#include "simulator/suggest.h"

namespace p1rig {
namespace {

constexpr std::array kNeeds = {
    CaseNeed{"key", "reads sealed telegrams, with a key"},
    CaseNeed{"mbus", "tells what M-Bus devices it concluded"},
    CaseNeed{"tariffs", "tells which tariff is the normal one"},
    CaseNeed{"process", "is a process of its own: it can crash, and its memory be measured"},
    CaseNeed{"request", "its Data Request can be seen: a declared wiring and a line that shows it"},
    CaseNeed{"settings", "the settings that it opened the line with can be seen"},
    CaseNeed{"line", "sits at a line that can be silent and unplugged, not at a pipe"},
};

/// What a telegram step may say beside what the loader reads itself.
constexpr int kMostTelegrams = 20'000;
constexpr int kMostEntries = 20;

std::string with(std::string text, std::string_view name, const std::string& value) {
  const std::string mark = "{" + std::string(name) + "}";
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
    text.replace(at, mark.size(), value);
    at += value.size();
  }
  return text;
}

std::string word_of(const Node& value) {
  if (const auto* text = value.string()) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&value.value)) return std::to_string(*number);
  return {};
}

/// A copy in which "{name}" is replaced; a text that is nothing else becomes the value itself.
Node with(const Node& node, std::string_view name, const Node& value) {
  Node copy = node;
  if (auto* text = std::get_if<std::string>(&copy.value)) {
    if (*text == fmt::format("{{{}}}", name)) {
      copy.value = value.value;
    } else {
      *text = with(*text, name, word_of(value));
    }
  } else if (auto* array = std::get_if<Node::Array>(&copy.value)) {
    for (Node& item : *array) item = with(item, name, value);
  } else if (auto* table = std::get_if<Node::Table>(&copy.value)) {
    for (auto& [key, item] : *table) {
      key = with(key, name, word_of(value));
      item = with(item, name, value);
    }
  }
  return copy;
}

const Node* find_key(const Node& table, std::string_view key) {
  for (const auto& [name, node] : *table.table()) {
    if (name == key) return &node;
  }
  return nullptr;
}

/// In a suffix of an id: letters, digits, '.', '_' and '-'.
std::string slug(std::string text) {
  for (char& c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '.' && c != '_') c = '-';
  }
  return text;
}

/// A code of a case: plain, or with 0-n for the first M-Bus channel with a reading.
bool is_code(const std::string& text) {
  const std::string plain = text.starts_with("0-n:") ? "0-1:" + text.substr(4) : text;
  const auto code = parse_obis(plain);
  return code && code->form == ObisForm::kPlain;
}

class CaseLoader {
 public:
  CaseLoader(const Document& document, Complaints& complaints)
      : document_(document), complaints_(complaints) {}

  std::vector<Case> run() {
    for (const auto& [id, node] : *document_.root.table()) {
      if (node.table() == nullptr) {
        complaints_.add(node.place, fmt::format("\"{}\": expected a table, a case", id));
        continue;
      }
      instances(id, node);
    }
    return std::move(cases_);
  }

 private:
  void instances(const std::string& id, const Node& node) {
    const Node* const each = find_key(node, "each");
    if (each == nullptr) return read(id, node);
    const bool one_name = each->table() != nullptr && each->table()->size() == 1;
    const Node* const values = one_name ? &each->table()->front().node : nullptr;
    if (values == nullptr || (values->array() == nullptr && values->table() == nullptr)) {
      return complaints_.add(each->place,
                             "each: expected one name with an array of values, or a table of them");
    }
    const std::string& name = each->table()->front().key;
    if (values->array() != nullptr) {
      for (const Node& value : *values->array()) instance(id, word_of(value), node, name, value);
    } else {
      for (const auto& [suffix, value] : *values->table()) instance(id, suffix, node, name, value);
    }
  }

  void instance(const std::string& id, const std::string& suffix, const Node& node,
                const std::string& name, const Node& value) {
    Node copy = node;
    std::erase_if(std::get<Node::Table>(copy.value),
                  [](const Node::Entry& entry) { return entry.key == "each"; });
    const auto put = [&](const std::string& mark, const Node& word) {
      if (word_of(word).empty()) {
        complaints_.add(word.place, "each: expected texts or whole numbers");
      } else {
        copy = with(copy, mark, word);
      }
    };
    if (value.table() == nullptr) {
      put(name, value);
    } else {
      for (const auto& [key, word] : *value.table()) put(name + "." + key, word);
    }
    read(id + "-" + slug(suffix), copy);
  }

  void read(const std::string& id, const Node& node) {
    TableReader table("[\"" + id + "\"]", &node, complaints_);
    Case one{.id = id, .file = document_.file, .place = node.place};
    one.requirement = table.required_string("requirement");
    one.title = table.required_string("title");
    one.clause = table.required_string("clause");
    one.why = table.string("why").value_or("");
    one.level = find_level(table.word("level", {"must", "should", "quirk"}).value_or("must"))
                    .value_or(Level::kMust);
    const std::string basis =
        table.word("basis", {"printed", "derived", "field"}).value_or("derived");
    one.basis = basis == "printed"   ? Basis::kPrinted
                : basis == "derived" ? Basis::kDerived
                                     : Basis::kField;
    one.dialects = table.strings("dialects");
    if (one.dialects.empty())
      table.complain("dialects", "expected globs of dialects, such as \"*\"");
    for (const std::string& glob : one.dialects) {
      if (!names_a_dialect(glob)) {
        table.complain("dialects", fmt::format("no dialect is named by \"{}\"", glob));
      }
    }
    one.profiles = table.strings("profiles");
    for (const Node* step : table.tables("send")) this->step(*step, one);
    expectations(table, one);
    if (const auto lost = table.integer("may_lose")) {
      if (*lost < 0 || *lost > 3) table.complain("may_lose", "expected 0 to 3");
      one.may_lose = static_cast<std::size_t>(std::clamp<std::int64_t>(*lost, 0, 3));
    }
    one.mutants = table.strings("mutants");
    one.needs = table.strings("needs");
    check_words(table, "needs", one.needs, kNeeds);
    one.at_line_pace =
        table.word("pace", {"backpressure", "line"}).value_or("backpressure") == "line";
    one.since = table.string("since").value_or(std::string(suite_versions().front()));
    if (std::ranges::find(suite_versions(), one.since) == suite_versions().end()) {
      table.complain("since", fmt::format("there is no version \"{}\" of the suite", one.since));
    }
    one.margin = table.duration("margin").value_or(std::chrono::milliseconds{0});
    one.judges = texts(table, "judge");
    check_words(table, "judge", one.judges, line_judges());
    table.finish();
    cases_.push_back(std::move(one));
  }

  template <class Rows>
  void check_words(TableReader& table, std::string_view key, const std::vector<std::string>& words,
                   const Rows& rows) {
    std::vector<std::string_view> names;
    for (const auto& row : rows) names.push_back(row.name);
    for (const std::string& word : words) {
      if (std::ranges::find(names, word) == names.end()) {
        table.complain(key, fmt::format("unknown \"{}\"{}", word, did_you_mean(word, names)));
      }
    }
  }

  void step(const Node& node, Case& one) {
    TableReader table("send", &node, complaints_);
    CaseStep step{.id = table.string("id").value_or(""), .place = node.place};
    step.count = count(table, "count", kMostTelegrams).value_or(1);
    step.wait = table.boolean("wait").value_or(true);
    step.time = table.string("time");
    pairs(table, "set", step.set);
    for (const auto& [name, value] : step.set) {
      if (find_quantity(name) == nullptr)
        table.complain("set", "unknown quantity \"" + name + "\"");
    }
    if (table.node("devices") != nullptr) {
      step.devices.emplace();
      for (const Node* device : table.tables("devices")) this->device(*device, *step.devices);
    }
    step.failures = count(table, "failures", kMostEntries);
    step.peaks = count(table, "peaks", kMostEntries);
    step.identification = table.string("identification");
    pairs(table, "replace", step.replace);
    for (const auto& [code, brackets] : step.replace) check_code(table, "replace", code);
    step.remove = table.strings("remove");
    for (const std::string& code : step.remove) check_code(table, "remove", code);
    step.add = table.strings("add");
    faults(table, step);
    step.crc = table.string("crc").value_or("");
    if (step.crc.size() > 2 ||
        step.crc.find_first_not_of("0123456789ABCDEF") != std::string::npos) {
      table.complain("crc", "expected one or two hexadecimal digits that it begins with");
    }
    if (const auto text = table.string("bytes")) step.bytes = *text;
    for (auto* text : {&step.identification, &step.bytes}) {
      if (*text) expand(node.place, **text);
    }
    for (auto& [code, brackets] : step.replace) expand(node.place, brackets);
    for (std::string& line : step.add) expand(node.place, line);
    if (const auto word = table.word("action", {"silence", "unplug"})) {
      step.action = *word == "silence" ? LineAction::kSilence : LineAction::kUnplug;
    }
    step.duration = table.duration("for").value_or(std::chrono::milliseconds{0});
    const int kinds = (step.id.empty() ? 0 : 1) + (step.bytes ? 1 : 0) + (step.action ? 1 : 0);
    if (kinds != 1) {
      complaints_.add(node.place,
                      "send: a step is a telegram with id=, bytes= or text=, or action=");
    }
    table.finish();
    one.steps.push_back(std::move(step));
  }

  std::optional<int> count(TableReader& table, std::string_view key, int most) {
    const auto number = table.integer(key);
    if (!number) return std::nullopt;
    if (*number < 0 || *number > most) {
      table.complain(key, fmt::format("expected 0 to {}", most));
      return std::nullopt;
    }
    return static_cast<int>(*number);
  }

  void pairs(TableReader& table, std::string_view key,
             std::vector<std::pair<std::string, std::string>>& into) {
    const Node* const node = table.node(key);
    if (node == nullptr) return;
    if (node->table() == nullptr) return table.complain(key, "expected a table");
    for (const auto& [name, value] : *node->table()) {
      if (value.string() == nullptr) {
        complaints_.add(value.place, name + ": expected a text");
      } else {
        into.emplace_back(name, *value.string());
      }
    }
  }

  void check_code(TableReader& table, std::string_view key, const std::string& code) {
    if (!is_code(code)) {
      table.complain(key,
                     "\"" + code + "\" is no OBIS code such as \"1-0:1.7.0\" or \"0-n:24.2.1\"");
    }
  }

  void device(const Node& node, std::vector<CaseDevice>& devices) {
    TableReader table("devices", &node, complaints_);
    CaseDevice device;
    device.medium = table.required_string("medium");
    if (!device.medium.empty() && !find_medium(device.medium)) {
      table.complain("medium", "unknown medium \"" + device.medium + "\"");
    }
    const auto channel = table.integer("channel").value_or(1);
    if (channel < 1 || channel > 4) table.complain("channel", "expected 1 to 4");
    device.channel = static_cast<int>(std::clamp<std::int64_t>(channel, 1, 4));
    device.id = table.string("id");
    device.reading = table.string("reading");
    device.unset = table.boolean("unset").value_or(false);
    table.finish();
    devices.push_back(std::move(device));
  }

  /// "{FF}" becomes that byte, "{FF*1024}" so many of it: TOML has no bytes but those of UTF-8.
  void expand(Place place, std::string& text) {
    constexpr std::size_t kMostBytes = 200'000;
    for (std::size_t at = text.find('{'); at != std::string::npos; at = text.find('{', at)) {
      const std::size_t end = text.find('}', at);
      if (end == std::string::npos) return complaints_.add(place, "'{' without '}'");
      const std::string inner = text.substr(at + 1, end - at - 1);
      const std::size_t star = inner.find('*');
      const auto bytes = parse_hex(inner.substr(0, star));
      std::size_t times = 1;
      if (star != std::string::npos) {
        const char* const last = inner.data() + inner.size();
        const auto [stop, error] = std::from_chars(inner.data() + star + 1, last, times);
        if (error != std::errc{} || stop != last) times = 0;
      }
      if (!bytes || bytes->empty() || times == 0 || times > kMostBytes / bytes->size()) {
        return complaints_.add(
            place, fmt::format("\"{{{}}}\": expected bytes in hexadecimal, such as {{FF}}, and "
                               "at most {} of them, such as {{FF*1024}}",
                               inner, kMostBytes));
      }
      std::string all;
      for (std::size_t i = 0; i < times; ++i) all += *bytes;
      text.replace(at, end + 1 - at, all);
      at += all.size();
    }
  }

  /// One text, or several.
  static std::vector<std::string> texts(TableReader& table, std::string_view key) {
    const Node* const node = table.node(key);
    if (node != nullptr && node->string() != nullptr) return {*node->string()};
    return table.strings(key);
  }

  /// fault = "flip-bit", "drop-byte=2", or several; at= goes to each.
  void faults(TableReader& table, CaseStep& step) {
    std::vector<std::string> asked = texts(table, "fault");
    const auto at = table.string("at");
    if (at && asked.empty()) table.complain("at", "there is no fault to put there");
    for (std::string& text : asked) {
      if (at) text += ",at=" + *at;
      auto fault = parse_fault(text);
      if (fault) {
        step.faults.push_back(std::move(*fault));
      } else {
        table.complain("fault", fault.error().message);
      }
    }
  }

  void expectations(TableReader& table, Case& one) {
    std::set<std::string> ids;
    for (const CaseStep& step : one.steps) {
      if (!step.id.empty() && !ids.insert(step.id).second) {
        complaints_.add(step.place, "send: the id \"" + step.id + "\" comes twice");
      }
    }
    const Node* const node = table.node("expect");
    if (node != nullptr && node->table() == nullptr) table.complain("expect", "expected a table");
    if (node == nullptr || node->table() == nullptr) return;
    for (const auto& [id, value] : *node->table()) {
      if (!ids.contains(id)) complaints_.add(value.place, "expect: no telegram has the id " + id);
      one.expect[id] = expectation(value);
    }
  }

  std::optional<Expectation::Whole> whole(const std::string& word) {
    if (word == "values") return Expectation::Whole::kValues;
    if (word == "part") return Expectation::Whole::kPart;
    if (word == "nothing") return Expectation::Whole::kNothing;
    if (word == "either") return Expectation::Whole::kEither;
    if (word == "anything") return Expectation::Whole::kAnything;
    return std::nullopt;
  }

  CaseExpectation expectation(const Node& node) {
    CaseExpectation one;
    const auto complain = [&](const Node& where, std::string_view message) {
      complaints_.add(where.place, fmt::format("expect: {}", message));
    };
    if (const auto* word = node.string()) {
      if (const auto found = whole(*word)) {
        one.whole = *found;
      } else {
        complain(node,
                 "expected \"values\", \"part\", \"nothing\", \"either\", \"anything\" or a "
                 "table of codes");
      }
      return one;
    }
    if (node.table() == nullptr) {
      complain(node, "expected a word or a table");
      return one;
    }
    for (const auto& [key, value] : *node.table()) {
      const auto* const word = value.string();
      if (key == "telegram") {
        const auto found = word == nullptr ? std::nullopt : whole(*word);
        if (!found) complain(value, "telegram: expected values, part, nothing, either or anything");
        one.whole = found.value_or(one.whole);
      } else if (key == "may_repeat") {
        one.may_repeat = std::get_if<bool>(&value.value) != nullptr && std::get<bool>(value.value);
      } else if (key == "mbus") {
        if (!read_devices(value, one.mbus.emplace())) {
          complain(value, "mbus: expected devices with channel, medium, id, at and value");
        }
      } else if (!is_code(key)) {
        complain(value, "\"" + key + "\" is no OBIS code");
      } else if (word != nullptr && *word == "invalid") {
        one.invalid.push_back(key);
      } else if (word != nullptr && *word == "absent") {
        one.absent.push_back(key);
      } else if (word != nullptr && *word == "either") {
        one.optional.push_back(key);
      } else if (auto literal = contract_value(value)) {
        one.literal.emplace_back(key, std::move(*literal));
      } else {
        complain(value, key + ": expected a value as the reader contract writes it");
      }
    }
    return one;
  }

  bool read_devices(const Node& node, std::vector<ContractDevice>& devices) {
    if (node.array() == nullptr) return false;
    for (const Node& item : *node.array()) {
      if (item.table() == nullptr) return false;
      ContractDevice device{.reading = {.kind = ContractValue::Kind::kTimed}};
      for (const auto& [key, value] : *item.table()) {
        const auto* const number = std::get_if<std::int64_t>(&value.value);
        const auto* const text = value.string();
        if (key == "channel" && number != nullptr) {
          device.channel = static_cast<int>(*number);
        } else if (text == nullptr) {
          return false;
        } else if (key == "medium") {
          device.medium = *text;
        } else if (key == "id") {
          device.id = *text;
        } else if (key == "at") {
          device.reading.at = *text;
        } else if (key == "value") {
          device.reading.text = *text;
        } else {
          return false;
        }
      }
      devices.push_back(std::move(device));
    }
    return true;
  }

  std::optional<ContractValue> contract_value(const Node& node) {
    if (const auto* text = node.string()) {
      ContractValue one{.kind = ContractValue::Kind::kText, .text = *text};
      expand(node.place, one.text);
      return one;
    }
    if (const auto* array = node.array()) {
      ContractValue list{.kind = ContractValue::Kind::kList};
      for (const Node& item : *array) {
        auto value = contract_value(item);
        if (!value) return std::nullopt;
        list.items.push_back(std::move(*value));
      }
      return list;
    }
    if (node.table() == nullptr) return std::nullopt;
    ContractValue timed{.kind = ContractValue::Kind::kTimed};
    for (const auto& [key, value] : *node.table()) {
      const auto* const text = value.string();
      if (text == nullptr) return std::nullopt;
      if (key == "at") timed.at = *text;
      if (key == "month") timed.month = *text;
      if (key == "value") timed.text = *text;
    }
    return timed;
  }

  const Document& document_;
  Complaints& complaints_;
  std::vector<Case> cases_;
};

Result<std::vector<Case>> cases_of(const Document& document) {
  Complaints complaints(document.file);
  auto cases = CaseLoader(document, complaints).run();
  if (!complaints.none()) return tl::make_unexpected(complaints.error());
  return cases;
}

}  // namespace

std::string_view to_string(Level level) {
  return level == Level::kMust ? "must" : level == Level::kShould ? "should" : "quirk";
}

std::string_view to_string(Basis basis) {
  return basis == Basis::kPrinted ? "printed" : basis == Basis::kDerived ? "derived" : "field";
}

std::optional<Level> find_level(std::string_view name) {
  for (const Level level : {Level::kMust, Level::kShould, Level::kQuirk}) {
    if (to_string(level) == name) return level;
  }
  return std::nullopt;
}

std::span<const CaseNeed> case_needs() { return kNeeds; }

Result<std::vector<Case>> load_cases(const std::filesystem::path& file) {
  const auto document = read_document(file);
  if (!document) return tl::make_unexpected(document.error());
  return cases_of(*document);
}

Result<std::vector<Case>> parse_cases(std::string file, std::string text) {
  const auto document = parse_document(std::move(file), std::move(text));
  if (!document) return tl::make_unexpected(document.error());
  return cases_of(*document);
}

Result<std::vector<Case>> load_all_cases() {
  std::vector<Case> all;
  std::string errors;
  std::map<std::string, std::string> files;
  for (const auto& [name, file] : list_data("conformance/cases")) {
    auto cases = load_cases(file);
    if (!cases) {
      errors += cases.error().message;
      continue;
    }
    for (Case& one : *cases) {
      const auto [where, is_new] = files.emplace(one.id, one.file);
      if (!is_new) {
        errors += fmt::format("{}:{}: the id {} is already in {}\n", one.file, one.place.line,
                              one.id, where->second);
      }
      all.push_back(std::move(one));
    }
  }
  if (!errors.empty()) return fail(errors);
  return all;
}

}  // namespace p1rig
