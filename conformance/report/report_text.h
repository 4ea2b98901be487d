#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "conformance/run/case_result.h"
#include "conformance/run/conform_report.h"

namespace p1rig {

/// What the case expects: one line for each telegram and each behaviour.
std::vector<std::string> expected_of(const Case& one);

/// What is expected of what a cause shows.
std::vector<std::string> expected_of(const ConformReport& report, const Cause& cause);

/// "made smaller from 1706 bytes", or why it was not; empty if nothing is known.
std::string size_note(const Cause& cause);

/// Where a part of the bytes begins that has the line at `focus`, and no more than `most` in all.
std::size_t part_with(std::string_view bytes, std::size_t focus, std::size_t most);

/// The bytes as visible text; of more than `most` the part around the line at `focus`.
std::string visible_around(std::string_view bytes, std::size_t focus, std::size_t most);

/// The outcomes in the order of interest to a person.
std::vector<Outcome> all_outcomes();

/// True if the bytes of such a result are worth showing: all outcomes but pass and skip.
bool is_remarkable(Outcome outcome);

/// "3 causes explain 91 of 94 failures"; empty if there is no cause.
std::string causes_line(const ConformReport& report);

/// "41 of the 43 results that it fails; no case of this run distinguishes it from `x`": how well a
/// known defect fits; empty for other causes.
std::string fit_of(const Cause& cause);

/// The results that count, or fail, and that no cause explains.
std::vector<const CaseResult*> not_explained(const ConformReport& report);

/// "2F 49 53 6B …", at most that many bytes, with a line break after every 16 if `in_lines`.
std::string hex_dump(std::string_view bytes, std::size_t most, bool in_lines);

/// "iskra-am550 on pty".
std::string place_of(const CaseResult& result);

/// Escapes visible text for an XML element or attribute.
std::string xml_text(std::string_view text);

}  // namespace p1rig
