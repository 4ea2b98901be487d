#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "simulator/files/document.h"

namespace p1rig {

/// `unknown "bawd", did you mean "baud"?`; if nothing is similar, what there is: few words themselves,
/// else the `listed` by whom, such as "`p1rig mutants` lists them".
std::string unknown_word(std::string_view word, const std::vector<std::string_view>& known,
                         std::string_view listed = {});

/// Of a glob that names none.
std::string unknown_dialect(std::string_view glob);

/// Complains about each of the words that is not known.
void check_words(TableReader& table, std::string_view key, const std::vector<std::string>& words,
                 const std::vector<std::string_view>& known);

/// The names of the rows of a table.
template <class Rows>
std::vector<std::string_view> names_of(const Rows& rows) {
  std::vector<std::string_view> names;
  for (const auto& row : rows) names.push_back(row.name);
  return names;
}

}  // namespace p1rig
