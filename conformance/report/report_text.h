#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "conformance/run/case_result.h"

namespace p1rig {

/// What the case expects, a line for each telegram and each behaviour.
std::vector<std::string> expected_of(const Case& one);

/// The outcomes in the order in which a person wants to hear of them.
std::vector<Outcome> all_outcomes();

/// True for an outcome of which the bytes are worth showing: all but pass and skip.
bool is_remarkable(Outcome outcome);

/// "iskra-am550 on pty".
std::string place_of(const CaseResult& result);

/// Text that is visible already, in an XML element or attribute.
std::string xml_text(std::string_view text);

}  // namespace p1rig
