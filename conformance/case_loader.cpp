#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "conformance/case.h"
#include "conformance/case_bytes.h"
#include "conformance/case_expectation.h"
#include "conformance/case_instances.h"
#include "conformance/judge/line_judge.h"
#include "protocol/dialect.h"
#include "simulator/data_dir.h"
#include "simulator/quantity.h"
#include "simulator/state.h"
#include "simulator/suggest.h"

namespace p1rig {
namespace {

/// What a telegram step may say beside what the loader reads itself.
constexpr int kMostTelegrams = 20'000;
constexpr int kMostEntries = 20;

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
      for_each_instance(id, node, complaints_, [this](const std::string& instance, const Node& of) {
        read(instance, of);
      });
    }
    return std::move(cases_);
  }

 private:
  void read(const std::string& id, const Node& node) {
    TableReader table("[\"" + id + "\"]", &node, complaints_);
    Case one{.id = id, .file = document_.file, .place = node.place};
    one.requirement = table.required_string("requirement");
    one.title = table.required_string("title");
    one.clause = table.required_string("clause");
    one.why = table.string("why").value_or("");
    one.level = find_level(table.word("level", {"must", "should", "quirk"}).value_or("must"))
                    .value_or(Level::kMust);
    one.basis = find_basis(table.word("basis", {"printed", "derived", "field"}).value_or("derived"))
                    .value_or(Basis::kDerived);
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
    check_words(table, "needs", one.needs, case_needs());
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
      if (*text) expand_bytes(node.place, **text, complaints_);
    }
    for (auto& [code, brackets] : step.replace) expand_bytes(node.place, brackets, complaints_);
    for (std::string& line : step.add) expand_bytes(node.place, line, complaints_);
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
    if (!is_case_code(code)) {
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
      one.expect[id] = read_expectation(value, complaints_);
    }
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
