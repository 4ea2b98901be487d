#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/judge/contract.h"
#include "conformance/reader/reader_file.h"

namespace p1rig {

// The [map] of a reader file: where a reader's own JSON has the value of a code.
//
// | at the path                         | is reported as                                      |
// |-------------------------------------|-----------------------------------------------------|
// | nothing                             | nothing: the code is not exposed                    |
// | null, an empty text                 | null: known to be invalid or unset                  |
// | a number, or a text that is one     | the number with `unit`, "1.193 kW"                  |
// | any other text, true and false      | that text                                           |
// | an array of these                   | a list                                              |
// | an object                           | a breach of the contract: the path ends too early   |
//
// `unit` that begins with '/' is a path too: the reader says the unit by itself.

/// {"telegram": …} of one JSON text; a log line if nothing of the map is in it, or if it is no
/// JSON; a breach if something has another shape, or nests too deep (json_depth.h). Takes any bytes.
ContractLine apply_map(const std::vector<ReaderMapping>& map, std::string_view json);

/// The paths of the map that are not in that JSON text, "path", "at" and "unit" alike.
std::vector<std::string> missing_paths(const std::vector<ReaderMapping>& map,
                                       std::string_view json);

/// The paths to all values in that JSON text; none if it is not JSON.
std::vector<std::string> paths_in(std::string_view json);

/// True for a JSON pointer (RFC 6901).
bool is_json_pointer(std::string_view text);

/// The medium of "mbus[medium=gas]"; nothing for another target.
std::optional<std::string> medium_of_target(std::string_view target);

}  // namespace p1rig
