#pragma once

#include <span>

#include "bench/parser.h"

namespace p1rig::bench {

using ForeignParser = const p1rig_parser* (*)();

/// The example and those of P1RIG_BENCH_PARSERS: CMake writes the table.
std::span<const ForeignParser> foreign_parsers();

}  // namespace p1rig::bench
