#pragma once

#include <functional>
#include <string>

#include "simulator/document.h"

namespace p1rig {

using InstanceReader = std::function<void(const std::string& id, const Node& node)>;

/// Calls `read` for a case as it is written; where it has each.NAME, once for each of its values,
/// with {NAME} or {NAME.KEY} replaced by them and the value's own word behind the id.
void for_each_instance(const std::string& id, const Node& node, Complaints& complaints,
                       const InstanceReader& read);

}  // namespace p1rig
