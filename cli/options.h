#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"

namespace p1rig {

/// The options of one subcommand: declared once, for both parsing and --help.
///
///   Options options("render PROFILE", "Prints one telegram.");
///   options.value("at", "TIME", "the moment");
///   if (auto code = options.parse(arguments, 1, 1)) return *code;
///   options.get("at")
class Options {
 public:
  static constexpr std::size_t kAnyNumber = 100'000;  ///< of words

  Options(std::string usage, std::string summary);
  ~Options();
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;

  void flag(const char* name, const char* help);
  /// `name` may have a short form: "output,o".
  void value(const char* name, const char* placeholder, const char* help);
  void values(const char* name, const char* placeholder, const char* help);  ///< may be repeated

  /// Nothing if all is well; else the exit code, after printing --help or the mistake.
  /// explained. `least` to `most` words without option are expected.
  std::optional<int> parse(const Arguments& arguments, std::size_t least, std::size_t most);

  bool has(std::string_view name) const;
  std::optional<std::string> get(std::string_view name) const;
  std::vector<std::string> list(std::string_view name) const;
  const std::vector<std::string>& words() const;

  /// Explains a mistake in the way of parse() and returns kUsage.
  int misuse(std::string_view message) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The whole number of an option, from `least` on; the error names the option.
std::optional<std::uint64_t> parse_count(std::string_view text);

}  // namespace p1rig
