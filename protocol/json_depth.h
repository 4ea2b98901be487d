#pragma once

#include <cstddef>
#include <string_view>

namespace p1rig {

/// Foreign JSON may nest this deep. Most of what is done with a tree, as copying,
/// comparing and printing it, recurses, and bytes can nest as deep as there are bytes.
inline constexpr std::size_t kDeepestJson = 64;

/// How deep the brackets of a text nest, which may be any bytes; what is in strings does not count.
std::size_t json_depth(std::string_view text);

/// True for what may be given to a JSON parser: call this before parsing foreign JSON.
bool is_shallow_json(std::string_view text);

/// True for valid JSON that nests too deep.
bool is_deep_json(std::string_view text);

/// The message for it.
inline constexpr std::string_view kDeepJson = "nests deeper than 64 levels";

/// True if a parser of JSON stops at a number that no double holds, such as 1e999.
bool has_endless_number(std::string_view text);

/// The message for it.
inline constexpr std::string_view kEndlessNumber = "has a number that is out of range";

}  // namespace p1rig
