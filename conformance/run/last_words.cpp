#include "conformance/run/last_words.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "protocol/ascii.h"

namespace p1rig {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_name_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    while (!line.empty() && (line.back() == '\r' || is_blank(line.back()))) line.remove_suffix(1);
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

/// "ValueError: …", "json.decoder.JSONDecodeError: …", "Uncaught TypeError: …": as most languages print it.
bool names_an_error(std::string_view line) {
  constexpr std::string_view kUncaught = "Uncaught ";
  if (line.starts_with(kUncaught)) line.remove_prefix(kUncaught.size());
  const auto end = std::ranges::find_if_not(
      line, [](char c) { return is_name_letter(c) || is_digit(c) || c == '.' || c == ':'; });
  std::string_view name = line.substr(0, static_cast<std::size_t>(end - line.begin()));
  if (end != line.end() && !name.ends_with(':')) return false;
  while (name.ends_with(':')) name.remove_suffix(1);
  return name.ends_with("Error") || name.ends_with("Exception");
}

/// What runtimes write where a program ends itself.
bool says_why_it_ends(std::string_view line) {
  constexpr std::array<std::string_view, 4> kBeginnings = {
      "panic: ", "fatal error: ", "Exception in thread ", "terminate called "};
  constexpr std::array<std::string_view, 4> kMarks = {" panicked at ", "ERROR: AddressSanitizer",
                                                      ": runtime error: ", "Assertion `"};
  return std::ranges::any_of(kBeginnings, [&](auto mark) { return line.starts_with(mark); }) ||
         std::ranges::any_of(kMarks, [&](auto mark) { return line.find(mark) != line.npos; });
}

/// True if the next line has the reason: "  what():  …", and Rust's panics.
bool goes_on(std::string_view line) {
  return line.starts_with("terminate called ") ||
         (line.find(" panicked at ") != line.npos && line.ends_with(':'));
}

}  // namespace

std::string first_exception(std::string_view last_words) {
  const std::vector<std::string_view> lines = lines_of(last_words);
  bool in_traceback = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view line = lines[i];
    if (line.starts_with("Traceback (most recent call last)")) {
      in_traceback = true;
      continue;
    }
    // Python names the exception in the first line that is not a frame.
    const bool ends_traceback = in_traceback && !is_blank(line.front());
    if (!ends_traceback && !names_an_error(line) && !says_why_it_ends(line)) continue;
    std::string words(line);
    if (goes_on(line) && i + 1 < lines.size()) {
      std::string_view next = lines[i + 1];
      while (is_blank(next.front())) next.remove_prefix(1);
      words += " " + std::string(next);
    }
    return words;
  }
  return lines.empty() ? "" : std::string(lines.back());
}

std::string folded(std::string_view words) {
  std::string text;
  for (std::size_t i = 0; i < words.size();) {
    const char c = words[i];
    if (c == '\'' || c == '"') {
      const std::size_t end = words.find(c, i + 1);
      const std::string_view data =
          end == words.npos ? std::string_view{} : words.substr(i + 1, end - i - 1);
      if (end != words.npos && !std::ranges::all_of(data, is_name_letter)) {
        text += std::string(1, c) + "…" + c;
        i = end + 1;
        continue;
      }
    } else if (words.substr(i).starts_with("0x")) {
      text += '#';
      i += 2;
      while (i < words.size() && std::isxdigit(static_cast<unsigned char>(words[i])) != 0) ++i;
      continue;
    } else if (is_digit(c)) {
      text += '#';
      while (i < words.size() && is_digit(words[i])) ++i;
      continue;
    } else if (c == '/') {
      // The file name of a path is kept.
      std::size_t begin = text.size();
      while (begin > 0 && !is_blank(text[begin - 1]) && text[begin - 1] != '(') --begin;
      text.resize(begin);
      ++i;
      continue;
    }
    text += c;
    ++i;
  }
  return text;
}

}  // namespace p1rig
