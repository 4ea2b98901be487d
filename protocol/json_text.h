#pragma once

#include <string>

namespace p1rig {

/// JSON as text, in one line unless there is an indent. Texts of files and command lines may have any
/// bytes: what is no UTF-8 is replaced.
template <class Json>
std::string json_text(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace p1rig
