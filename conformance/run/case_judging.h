#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "conformance/run/case_result.h"
#include "conformance/run/subject.h"
#include "conformance/run/verdict.h"

namespace p1rig {

// What comes of a case, from what was seen while it ran. Nothing here talks to a reader.

/// What was seen.
struct CaseEvidence {
  std::vector<Mismatch> found = {};
  std::vector<std::string> unseen = {};    ///< what this line does not show
  std::chrono::nanoseconds lateness = {};  ///< of the bytes, compared with the line's pace
};

/// Sets outcome, messages, topic and what is besides: by the case's own subject.
void judge(const Case& one, CaseEvidence evidence, const OrdinaryTraits& traits,
           CaseResult& result);

/// What one of ordinary_cases() asks for: a code, "mbus", "extra".
std::string object_of(const Case& ordinary);

/// One of ordinary_cases(), by what was found in ordinary telegrams. Returns the traits that it shows;
/// none if it passed.
OrdinaryTraits judge_ordinary(const Case& one, const std::vector<Mismatch>& found,
                              CaseResult& result);

/// The outcome of a failed case of that level.
Outcome failure_at(Level level);

/// Records that the reader did not live through it, ahead of everything else that was found.
void fail_to_live(Outcome outcome, std::string message, CaseResult& result);
void fail_to_live(const ReaderExited& gone, CaseResult& result);

/// Records that its output broke the reader contract.
Mismatch breach_of_contract(const std::string& what);

/// "A: was lost".
std::string words_of(const Mismatch& mismatch);

}  // namespace p1rig
