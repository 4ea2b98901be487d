#pragma once

#include <string>
#include <vector>

#include "simulator/files/document.h"

namespace p1rig {

/// What is wrong with a case file, in itself and for the meters that send the cases: a line with
/// file:line:column for each.
std::vector<std::string> check_cases(const Document& document);

}  // namespace p1rig
