#include "protocol/json_depth.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace p1rig {

std::size_t json_depth(std::string_view text) {
  std::size_t depth = 0, most = 0;
  bool in_string = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') {
      in_string = !in_string;
    } else if (in_string) {
      if (c == '\\') ++at;
    } else if (c == '[' || c == '{') {
      most = std::max(most, ++depth);
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return most;
}

bool is_shallow_json(std::string_view text) { return json_depth(text) <= kDeepestJson; }

bool is_deep_json(std::string_view text) {
  // accept() builds no tree and does not recurse.
  return !is_shallow_json(text) && nlohmann::json::accept(text);
}

bool has_endless_number(std::string_view text) {
  if (!is_shallow_json(text)) return false;
  try {
    return nlohmann::json::parse(text).is_discarded();  // never: it throws
  } catch (const nlohmann::json::out_of_range&) {
    return true;
  } catch (const nlohmann::json::exception&) {
  }
  return false;
}

}  // namespace p1rig
