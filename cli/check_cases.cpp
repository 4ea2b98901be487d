#include "cli/check_cases.h"

#include <fmt/core.h>

#include <algorithm>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string_view>

#include "conformance/mutants/mutant.h"
#include "conformance/run/conform.h"
#include "conformance/run/stimulus.h"
#include "conformance/suite/case.h"
#include "conformance/suite/known_words.h"
#include "conformance/suite/requirement.h"
#include "protocol/decimal.h"
#include "protocol/dialect.h"
#include "protocol/obis.h"
#include "protocol/unit.h"
#include "simulator/profile/profile.h"

namespace p1rig {
namespace {

/// The meters that cases are tried on, loaded when they are asked for.
class Meters {
 public:
  /// One for each dialect first, since it is those that a run takes unless it names others.
  Meters() {
    for (const Dialect& dialect : dialects()) add(std::string(profile_of_dialect(dialect.name)));
    for (const auto& [name, file] : list_profiles()) add(name);
  }

  const std::vector<std::string>& names() const { return names_; }

  /// Nothing if the profile is invalid, which its own check reports.
  StimulusMaker* find(const std::string& name) {
    const auto [place, is_new] = makers_.try_emplace(name);
    if (is_new) {
      if (auto profile = find_profile(name)) {
        place->second.emplace(example_maker(std::make_shared<const Profile>(std::move(*profile))));
      }
    }
    return place->second ? &*place->second : nullptr;
  }

 private:
  void add(std::string name) {
    if (std::ranges::find(names_, name) == names_.end()) names_.push_back(std::move(name));
  }

  std::vector<std::string> names_;
  std::map<std::string, std::optional<StimulusMaker>> makers_;
};

class CaseCheck {
 public:
  explicit CaseCheck(const Document& document) : document_(document) {}

  std::vector<std::string> run() {
    const auto cases = load_cases(document_.file);
    if (!cases) return {cases.error().message};
    for (const Case& one : *cases) {
      check_names(one);
      check_meters(one);
    }
    return std::move(problems_);
  }

 private:
  void add(const Case& one, Place place, std::string_view message) {
    problems_.push_back(
        fmt::format("{}:{}:{}: {}: {}", document_.file, place.line, place.column, one.id, message));
  }

  /// Where this is in the case; where its file does not say it so, as with `each`, what is around.
  Place place_of(const Case& one, std::initializer_list<std::string_view> keys) const {
    const Node* node = nullptr;
    for (const auto& [id, table] : *document_.root.table()) {
      if (table.place.line == one.place.line && table.place.column == one.place.column)
        node = &table;
    }
    Place place = one.place;
    for (const std::string_view key : keys) {
      if (node == nullptr || node->table() == nullptr) break;
      const auto& table = *node->table();
      const auto found = std::ranges::find(table, key, &Node::Entry::key);
      if (found == table.end()) break;
      node = &found->node;
      place = node->place;
    }
    return place;
  }

  void check_names(const Case& one) {
    if (find_requirement(one.requirement) == nullptr) {
      std::vector<std::string_view> ids;
      for (const Requirement& known : requirements()) ids.push_back(known.id);
      add(one, place_of(one, {"requirement"}),
          "requirement: " +
              unknown_word(one.requirement, ids, "`p1rig cases --coverage` lists them"));
    }
    for (const std::string& name : one.mutants) {
      if (find_mutant(name) != nullptr) continue;
      add(one, place_of(one, {"mutants"}),
          "mutants: " + unknown_word(name, names_of(mutants()), "`p1rig mutants` lists them"));
    }
  }

  /// Some meter has to be able to send it; if none is, the reason is that of one it is about.
  void check_meters(const Case& one) {
    std::optional<NoStimulus> reason;
    std::string by;
    for (const std::string& name : meters_.names()) {
      if (!one.profiles.empty() && !matches_any_glob(one.profiles, name)) continue;
      StimulusMaker* const maker = meters_.find(name);
      if (maker == nullptr) continue;
      auto no = cannot_send(one, *maker);
      if (!no) return check_units(one, *maker);
      if (!matches_any_glob(one.dialects, maker->profile().dialect->name)) continue;
      if (reason && (reason->step || !no->step)) continue;
      reason = std::move(no);
      by = name;
    }
    if (reason) {
      add(one, reason->step.value_or(one.place),
          fmt::format("no meter can send it: {}: {}", by, reason->why));
    } else {
      add(one, place_of(one, {"profiles"}),
          "its profiles match no meter of its dialects (`p1rig profiles` lists them)");
    }
  }

  /// A number where the meter sends a number and a unit can never be right.
  void check_units(const Case& one, StimulusMaker& maker) {
    maker.begin(one.id);
    const ContractValues usual = maker.clean("").telegram->meant.values;
    for (const CaseStep& step : one.steps) {
      const auto expected = one.expect.find(step.id);
      if (step.id.empty() || expected == one.expect.end()) continue;
      for (const auto& [code, value] : expected->second.literal) {
        // What the step itself wrote without a unit has none.
        const auto replaced =
            std::ranges::find(step.replace, code, &std::pair<std::string, std::string>::first);
        if (replaced != step.replace.end() && replaced->second.find('*') == std::string::npos) {
          continue;
        }
        const auto unit = unit_in(usual, code);
        if (!unit || !parse_decimal(value.text)) continue;
        add(one, place_of(one, {"expect", step.id, code}),
            fmt::format("{}: \"{}\" has no unit; the meter sends {}", code, value.text, *unit));
      }
    }
  }

  /// The unit that the meter sends with this object; a channel n is any.
  static std::optional<std::string> unit_in(const ContractValues& values, const std::string& code) {
    for (const auto& [known, value] : values) {
      std::string name = to_string(known);
      if (code.starts_with("0-n:") && is_mbus_object(known)) name.replace(2, 1, "n");
      if (name != code) continue;
      const std::size_t blank = value.text.find(' ');
      if (blank == std::string::npos || !parse_decimal(value.text.substr(0, blank))) continue;
      std::string unit = value.text.substr(blank + 1);
      if (find_unit(unit)) return unit;
    }
    return std::nullopt;
  }

  const Document& document_;
  Meters meters_;
  std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> check_cases(const Document& document) { return CaseCheck(document).run(); }

}  // namespace p1rig
