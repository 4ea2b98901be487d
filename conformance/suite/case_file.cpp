#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "conformance/judge/line_judge.h"
#include "conformance/suite/case.h"
#include "conformance/suite/case_bytes.h"
#include "conformance/suite/case_expectation.h"
#include "conformance/suite/case_instances.h"
#include "conformance/suite/known_words.h"
#include "conformance/suite/renamed_cases.h"
#include "protocol/dialect.h"
#include "protocol/timestamp.h"
#include "simulator/files/data_dir.h"
#include "simulator/profile/profile.h"
#include "simulator/quantity.h"
#include "simulator/state.h"
#include "simulator/zone.h"

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
      for_each_instance(
          id, node, left_, complaints_,
          [this](const std::string& instance, const Node& of) { read(instance, of); });
    }
    return std::move(cases_);
  }

 private:
  void read(const std::string& id, const Node& node) {
    TableReader table("[\"" + id + "\"]", &node, complaints_);
    Case one{.id = id, .file = document_.file, .place = node.place};
    if (id.find('/') == std::string::npos) {
      complaints_.add(node.place,
                      fmt::format("\"{}\": a case id is DOCUMENT-EDITION/CLAUSE/SLUG", id));
    }
    one.requirement = table.required_string("requirement");
    one.title = table.required_string("title");
    one.clause = table.required_string("clause");
    one.why = table.string("why").value_or("");
    one.argues = table.string("argues").value_or("");
    one.level = find_level(table.word("level", {"must", "should", "quirk"}).value_or("must"))
                    .value_or(Level::kMust);
    if (one.level == Level::kMust && one.argues.empty()) {
      complaints_.add(node.place,
                      fmt::format("\"{}\": a case that a reader must pass says in argues= what its "
                                  "clause says; without that, level = \"should\"",
                                  id));
    }
    one.basis = find_basis(table.word("basis", {"printed", "derived", "field"}).value_or("derived"))
                    .value_or(Basis::kDerived);
    one.dialects = table.some_strings("dialects");
    if (one.dialects.empty())
      table.complain("dialects", "expected globs of dialects, such as \"*\"");
    for (const std::string& glob : one.dialects) {
      if (!names_a_dialect(glob)) {
        table.complain("dialects", unknown_dialect(glob));
      }
    }
    one.profiles = table.some_strings("profiles");
    for (const Node* step : table.tables("send")) this->step(*step, one);
    if (one.steps.empty()) table.complain("send", "expected steps: a case sends something");
    expectations(table, one);
    if (const auto lost = table.integer("may_lose", 0, 3)) {
      one.may_lose = static_cast<std::size_t>(*lost);
    }
    one.mutants = table.strings("mutants");
    one.needs = table.strings("needs");
    check_words(table, "needs", one.needs, names_of(case_needs()));
    one.once = table.boolean("once").value_or(false);
    one.at_line_pace =
        table.word("pace", {"backpressure", "line"}).value_or("backpressure") == "line";
    one.since = table.string("since").value_or(std::string(suite_versions().front()));
    if (std::ranges::find(suite_versions(), one.since) == suite_versions().end()) {
      table.complain("since", fmt::format("unknown suite version \"{}\"", one.since));
    }
    one.margin = table.duration("margin").value_or(std::chrono::milliseconds{0});
    one.judges = texts(table, "judge");
    check_words(table, "judge", one.judges, names_of(line_judges()));
    table.finish();
    cases_.push_back(std::move(one));
  }

  void step(const Node& node, Case& one) {
    TableReader table("send", &node, complaints_);
    CaseStep step{.id = table.string("id").value_or(""), .place = node.place};
    step.count = table.integer("count", 1, kMostTelegrams).value_or(1);
    step.wait = table.boolean("wait").value_or(true);
    step.time = table.time("time");
    if (step.time) {
      if (const auto right = check_time(*step.time); !right) {
        table.complain("time", right.error().message);
      }
    }
    pairs(table, "set", step.set,
          [this](const std::string& name, const Node& value) { quantity(name, value); });
    if (table.node("devices") != nullptr) {
      step.devices.emplace();
      for (const Node* device : table.tables("devices")) this->device(*device, *step.devices);
    }
    step.failures = table.integer("failures", 0, kMostEntries);
    step.peaks = table.integer("peaks", 0, kMostEntries);
    step.identification = table.text("identification");
    pairs(table, "replace", step.replace, [this](const std::string& code, const Node& value) {
      if (!is_case_code(code)) complaints_.add(value.place, "replace: " + no_code(code));
    });
    step.remove = table.strings("remove");
    for (const std::string& code : step.remove) {
      if (!is_case_code(code)) table.complain("remove", no_code(code));
    }
    step.add = table.texts("add");  // an empty line is one
    faults(table, step);
    step.crc = table.string("crc").value_or("");
    if (step.crc.size() > 2 ||
        step.crc.find_first_not_of("0123456789ABCDEF") != std::string::npos) {
      table.complain("crc", "expected the one or two hexadecimal digits that it begins with");
    }
    if (const auto text = table.some_text("bytes")) step.bytes = *text;
    for (auto* text : {&step.identification, &step.bytes}) {
      if (*text) expand_bytes(node.place, **text, complaints_);
    }
    for (auto& [code, brackets] : step.replace) expand_bytes(node.place, brackets, complaints_);
    for (std::string& line : step.add) expand_bytes(node.place, line, complaints_);
    if (const auto word = table.word("action", {"silence", "unplug", "freeze"})) {
      step.action = find_line_action(*word);
    }
    const auto duration = table.duration("for");
    const bool lasts = step.action && *step.action != LineAction::kFreeze;
    if (duration && !lasts) table.complain("for", "applies only to silence and unplug");
    step.duration = duration.value_or(std::chrono::milliseconds{0});
    const int kinds = (step.id.empty() ? 0 : 1) + (step.bytes ? 1 : 0) + (step.action ? 1 : 0);
    if (kinds != 1) {
      complaints_.add(node.place,
                      "send: a step is a telegram with id=, bytes= or text=, or action=");
    }
    table.finish();
    one.steps.push_back(std::move(step));
  }

  template <class Check>
  void pairs(TableReader& table, std::string_view key,
             std::vector<std::pair<std::string, std::string>>& into, const Check& check) {
    const Node* const node = table.node(key);
    if (node == nullptr) return;
    if (node->table() == nullptr) return table.complain(key, "expected a table");
    for (const auto& [name, value] : *node->table()) {
      if (value.string() == nullptr) {
        complaints_.add(value.place, name + ": expected a text");
      } else {
        check(name, value);
        into.emplace_back(name, *value.string());
      }
    }
  }

  static std::string no_code(const std::string& code) {
    return "\"" + code + "\" is not an OBIS code such as \"1-0:1.7.0\" or \"0-n:24.2.1\"";
  }

  /// What no clock shows. Which of them shows the others, S in winter or the hour that spring leaves
  /// out, is known with the meter.
  static Result<void> check_time(const std::string& text) {
    const auto stamp = parse_timestamp(text);
    if (stamp && !is_calendar_time(*stamp)) {
      return fail("\"" + text + "\" is not a valid date and time");
    }
    if (stamp) return {};
    if (const auto time = Zone::find("UTC")->parse_instant(text); !time) {
      return tl::make_unexpected(time.error());
    }
    return {};
  }

  /// What no meter can be set to, whatever its zone.
  void quantity(const std::string& name, const Node& node) {
    const QuantityRow* const row = find_quantity(name);
    if (row == nullptr) {
      const std::string word =
          unknown_word(name, names_of(quantities()), "`p1rig quantities` lists them");
      return complaints_.add(node.place, "set: quantity: " + word);
    }
    const std::string& text = *node.string();
    MeterState scratch;
    const auto right = row->kind == QuantityKind::kTime
                           ? check_time(text)
                           : set_quantity(*row, text, *Zone::find("UTC"), scratch);
    if (!right) complaints_.add(node.place, name + ": " + right.error().message);
  }

  void device(const Node& node, std::vector<CaseDevice>& devices) {
    TableReader table("devices", &node, complaints_);
    CaseDevice device;
    device.medium = table.required_string("medium");
    if (!device.medium.empty() && !find_medium(device.medium)) {
      table.complain("medium", unknown_word(device.medium, media()));
    }
    device.channel = table.integer("channel", 1, 4).value_or(1);
    device.id = table.line("id");
    device.reading = table.string("reading");
    if (const auto medium = find_medium(device.medium); medium && device.reading) {
      const auto right = parse_state_value(dimension_of(*medium), QuantityKind::kRegister,
                                           customary_unit(*medium), *device.reading);
      if (!right) table.complain("reading", right.error().message);
    }
    device.unset = table.boolean("unset").value_or(false);
    table.finish();
    devices.push_back(std::move(device));
  }

  static std::vector<std::string_view> media() {
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < kMediumCount; ++i)
      names.push_back(to_string(static_cast<Medium>(i)));
    return names;
  }

  /// One text, or several.
  static std::vector<std::string> texts(TableReader& table, std::string_view key) {
    const Node* const node = table.node(key);
    if (node == nullptr || node->string() == nullptr) return table.strings(key);
    const auto text = table.string(key);
    return text ? std::vector<std::string>{*text} : std::vector<std::string>{};
  }

  /// fault = "flip-bit", "drop-byte=2", or several; at= goes to each.
  void faults(TableReader& table, CaseStep& step) {
    std::vector<std::string> asked = texts(table, "fault");
    const auto at = table.string("at");
    if (at && asked.empty()) table.complain("at", "there is no fault to place");
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
        complaints_.add(step.place, "send: the id \"" + step.id + "\" is used twice");
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
  std::size_t left_ = std::size_t{16} << 20U;  ///< see for_each_instance()
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

RightCases load_right_cases() {
  RightCases all;
  std::map<std::string, std::string> files;
  const auto renamed = load_renamed_cases();
  if (!renamed) all.broken.push_back(renamed.error().message);
  for (const auto& [name, file] : list_data("conformance/cases")) {
    auto cases = load_cases(file);
    if (!cases) {
      all.broken.push_back(cases.error().message);
      continue;
    }
    for (Case& one : *cases) {
      const auto [where, is_new] = files.emplace(one.id, one.file);
      if (!is_new) {
        all.broken.push_back(fmt::format("{}:{}: the id {} is already in {}", one.file,
                                         one.place.line, one.id, where->second));
        continue;
      }
      if (renamed) one.formerly = former_ids(one.id, *renamed);
      all.cases.push_back(std::move(one));
    }
  }
  return all;
}

Result<std::vector<Case>> load_all_cases() {
  RightCases all = load_right_cases();
  if (!all.broken.empty()) return fail(fmt::format("{}", fmt::join(all.broken, "\n")));
  return std::move(all.cases);
}

}  // namespace p1rig
