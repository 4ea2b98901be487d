#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "simulator/files/document.h"

namespace p1rig {

using InstanceReader = std::function<void(const std::string& id, const Node& node)>;

/// Calls `read` for a case as it is written; where it has each.NAME, once for each of its values,
/// with {NAME} or {NAME.KEY} replaced by them and the value's own word after the id. `left` is how
/// many bytes of text the instances of the file may still have: a few lines can make many.
void for_each_instance(const std::string& id, const Node& node, std::size_t& left,
                       Complaints& complaints, const InstanceReader& read);

}  // namespace p1rig
