#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "conformance/run/case_result.h"
#include "conformance/run/conform.h"

namespace p1rig {

/// What the case expects, a line for each telegram and each behaviour.
std::vector<std::string> expected_of(const Case& one);

/// The outcomes in the order in which a person wants to hear of them.
std::vector<Outcome> all_outcomes();

/// True for an outcome of which the bytes are worth showing: all but pass and skip.
bool is_remarkable(Outcome outcome);

/// "3 causes explain 91 of 94 failures"; empty where there is no cause.
std::string causes_line(const ConformReport& report);

/// "41 of the 43 results that it fails; no case of this run tells it from `x`": how well a known defect
/// fits; empty for other causes.
std::string fit_of(const Cause& cause);

/// Those of the results that count, or fail, and that no cause explains.
std::vector<const CaseResult*> not_explained(const ConformReport& report);

/// "2F 49 53 6B …", so many octets at most, with a line break after each 16 where `in_lines`.
std::string hex_dump(std::string_view bytes, std::size_t most, bool in_lines);

/// "iskra-am550 on pty".
std::string place_of(const CaseResult& result);

/// Text that is visible already, in an XML element or attribute.
std::string xml_text(std::string_view text);

}  // namespace p1rig
