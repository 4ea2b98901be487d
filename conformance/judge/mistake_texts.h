#pragma once

#include <string_view>

namespace p1rig {

/// What a mistake is, and what to do about it, whatever the bytes are.
struct MistakeText {
  std::string_view id, what, fix;
};

/// The text of this id, which is in the table.
const MistakeText& mistake_text(std::string_view id);

}  // namespace p1rig
