#include <algorithm>
#include <array>
#include <vector>

#include "conformance/mutants/mutant.h"
#include "conformance/mutants/mutant_rows.h"

namespace p1rig {

std::string_view to_string(MutantFamily family) {
  constexpr std::array kNames = {
      std::string_view{"framing"},    std::string_view{"crc"},        std::string_view{"values"},
      std::string_view{"units"},      std::string_view{"timestamps"}, std::string_view{"mbus"},
      std::string_view{"logs"},       std::string_view{"belgian"},    std::string_view{"hungarian"},
      std::string_view{"encryption"}, std::string_view{"line"}};
  return kNames[static_cast<std::size_t>(family)];
}

std::span<const Mutant> mutants() {
  static const std::vector<Mutant> all = [] {
    std::vector<Mutant> list;
    for (const auto rows :
         {framing_mutants(), crc_mutants(), object_mutants(), value_mutants(), unit_mutants(),
          timestamp_mutants(), mbus_mutants(), log_mutants(), belgian_mutants(),
          hungarian_mutants(), encryption_mutants(), line_mutants()}) {
      list.insert(list.end(), rows.begin(), rows.end());
    }
    return list;
  }();
  return all;
}

const Mutant* find_mutant(std::string_view name) {
  const auto all = mutants();
  const auto row = std::ranges::find(all, name, &Mutant::name);
  return row == all.end() ? nullptr : &*row;
}

std::string_view how_of(const Mutant& mutant) {
  if (mutant.has_habits) return "line";
  if (mutant.bytes != nullptr) return "byte filter";
  if (mutant.telegram != nullptr) return "telegram filter";
  if (mutant.report != nullptr) return "report filter";
  return "policy";
}

}  // namespace p1rig
