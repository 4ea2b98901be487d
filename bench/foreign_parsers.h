#pragma once

#include <span>
#include <string_view>

#include "bench/parser.h"

namespace p1rig::bench {

struct ForeignParser {
  const p1rig_parser* (*get)();
  std::string_view file;
};

/// The example and those of P1RIG_BENCH_PARSERS: CMake writes the table.
std::span<const ForeignParser> foreign_parsers();

}  // namespace p1rig::bench
