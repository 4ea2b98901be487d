#pragma once

#include <string_view>

namespace p1rig {

/// A file of the page (simulator/panel/page/).
struct PageFile {
  std::string_view path;  ///< "/" for the page itself
  std::string_view type;
  std::string_view text;
};

/// Nothing if the page has no such file.
const PageFile* page_of(std::string_view path);

}  // namespace p1rig
