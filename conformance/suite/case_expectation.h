#pragma once

#include <string>

#include "conformance/suite/case.h"
#include "simulator/files/document.h"

namespace p1rig {

/// True for a code of a case: plain, or with 0-n for the first M-Bus channel with a reading.
bool is_case_code(const std::string& text);

/// Reads what a case expects of one telegram: a word, or a table of OBIS codes with their expected values.
CaseExpectation read_expectation(const Node& node, Complaints& complaints);

}  // namespace p1rig
