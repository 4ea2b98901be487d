#pragma once

#include <string>
#include <vector>

#include "conformance/reader/reader_file.h"

namespace p1rig {

/// The dialect that a reader is tried with: the one that most know, or the first that it names.
std::string dialect_of(const ReaderFile& reader);

/// Those that it declares, that one first; without a declaration, only that one.
std::vector<std::string> dialects_of(const ReaderFile& reader);

}  // namespace p1rig
