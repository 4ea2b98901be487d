#include "conformance/mutants/byte_defects.h"

#include <algorithm>
#include <cctype>

namespace p1rig {
namespace {

constexpr char kFf = '\xFF';

bool is_high(char c) { return (static_cast<unsigned char>(c) & 0x80U) != 0; }

}  // namespace

void strip_eighth_bit(std::string& bytes, MutantState&) {
  for (char& c : bytes) c = static_cast<char>(static_cast<unsigned char>(c) & 0x7FU);
}

void drop_high_bytes(std::string& bytes, MutantState&) { std::erase_if(bytes, is_high); }

/// As decoding with "replace" does.
void replace_high_bytes(std::string& bytes, MutantState&) {
  std::ranges::replace_if(bytes, is_high, '?');
}

void crash_at_high_bytes(std::string& bytes, MutantState& state) {
  state.crashed = std::ranges::any_of(bytes, is_high);
}

void hang_at_ff(std::string& bytes, MutantState& state) {
  state.hung = bytes.find(kFf) != std::string::npos;
}

/// FF is a command, the byte behind it what it says.
void speak_telnet(std::string& bytes, MutantState&) {
  for (std::size_t at = bytes.find(kFf); at != std::string::npos; at = bytes.find(kFf, at)) {
    bytes.erase(at, 3);
  }
}

void hang_at_nul(std::string& bytes, MutantState& state) {
  state.hung = bytes.find('\0') != std::string::npos;
}

void crash_at_nul(std::string& bytes, MutantState& state) {
  state.crashed = bytes.find('\0') != std::string::npos;
}

/// A string ends there.
void cut_at_nul(std::string& bytes, MutantState&) {
  bytes.resize(std::min(bytes.find('\0'), bytes.size()));
}

void strip_flow_control(std::string& bytes, MutantState&) {
  std::erase_if(bytes, [](char c) { return c == '\x11' || c == '\x13'; });
}

void lower_case(std::string& bytes, MutantState&) {
  for (char& c : bytes) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

/// Backslash and digit of the identification are an escape sequence of IEC 62056-21.
void unescape_backslash(std::string& bytes, MutantState&) {
  for (std::size_t at = bytes.find('\\'); at != std::string::npos; at = bytes.find('\\', at)) {
    bytes.erase(at, 1);
  }
}

void strip_blanks(std::string& bytes, MutantState&) { std::erase(bytes, ' '); }

void drop_empty_lines(std::string& bytes, MutantState&) {
  for (std::size_t at = bytes.find("\r\n\r\n"); at != std::string::npos;
       at = bytes.find("\r\n\r\n", at)) {
    bytes.erase(at, 2);
  }
}

/// A message of this size is where the second read begins.
void lose_byte_at_512(std::string& bytes, MutantState& state) {
  constexpr std::size_t kEdge = 512;
  constexpr std::size_t kManyReads = 2 * kEdge;
  if (bytes.size() > kManyReads) bytes.erase(kEdge, 1);
  state.calls += bytes.size();
}

/// Expects each read to end with a line: what comes in pieces is put together with a line end.
void read_one_line_a_time(std::string& bytes, MutantState&) {
  if (!bytes.empty() && bytes.back() != '\n') bytes += "\r\n";
}

/// What a terminal does that was not made raw (ICRNL).
void translate_line_ends(std::string& bytes, MutantState&) {
  std::ranges::replace(bytes, '\r', '\n');
}

/// Takes what is not printable for the end of the world.
void crash_at_noise(std::string& bytes, MutantState& state) {
  state.crashed = std::ranges::any_of(bytes, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < ' ' && byte != '\r' && byte != '\n') || byte >= 0x7F;
  });
}

void hang_at_single_bytes(std::string& bytes, MutantState& state) {
  constexpr std::uint64_t kMany = 100;
  state.calls = bytes.size() == 1 ? state.calls + 1 : 0;
  state.hung = state.calls > kMany;
}

}  // namespace p1rig
