#pragma once

namespace p1rig {

// Of ASCII alone, whatever the locale.

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
constexpr bool is_printable(char c) { return c >= ' ' && c <= '~'; }
constexpr bool is_line_end(char c) { return c == '\r' || c == '\n'; }

}  // namespace p1rig
