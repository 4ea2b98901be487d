#pragma once

#include <string>
#include <string_view>

namespace p1rig {

// Shows any bytes in GitHub's Markdown, never as markup.

/// As text in a line or in a table: all punctuation can be escaped (CommonMark §2.4).
std::string markdown_text(std::string_view text);

/// In an HTML element, where Markdown's own escapes mean nothing.
std::string markup_text(std::string_view text);

/// Visible text in a fence that is longer than any fence in it.
std::string code_block(std::string_view text);

}  // namespace p1rig
