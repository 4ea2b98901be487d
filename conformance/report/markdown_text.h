#pragma once

#include <string>
#include <string_view>

namespace p1rig {

// Any bytes as GitHub's Markdown shows them, and never as markup.

/// As text in a line or in a table: every mark can be escaped (CommonMark §2.4).
std::string markdown_text(std::string_view text);

/// In an HTML element, where Markdown's own escapes mean nothing.
std::string markup_text(std::string_view text);

/// Text that is visible already, in a fence that is longer than any in it.
std::string code_block(std::string_view text);

}  // namespace p1rig
