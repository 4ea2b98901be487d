#pragma once

#include <stdexcept>
#include <string>

#include "conformance/suite/case.h"

namespace p1rig {

/// A case for every dialect of which a test says the steps, and what else it is about; it names the
/// mutant no-crc.
inline Case one_case(const std::string& id, const std::string& steps) {
  auto cases = parse_cases("cases.toml", "[\"" + id + R"("]
requirement = "R-CRC-01"
title = "A case"
clause = "none"
argues = "what a test says"
dialects = ["*"]
mutants = ["no-crc"]
)" + steps);
  if (!cases) throw std::runtime_error(cases.error().message);
  return cases->front();
}

}  // namespace p1rig
