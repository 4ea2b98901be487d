#include "cli/input.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "simulator/fd.h"
#include "simulator/line/reader_tty.h"
#include "simulator/suggest.h"

namespace p1rig {
namespace {

Result<Fd> open_file(const std::string& name) {
  Fd file(::open(name.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() >= 0) return file;
  return fail(fmt::format("{}: {}", name, std::strerror(errno)));
}

}  // namespace

int read_input(const std::string& name, const LineSettings& settings,
               const std::function<bool(std::string_view)>& take) {
  Fd file;
  if (name != "-") {
    auto opened = is_tty_path(name) ? open_reader_tty(name, settings) : open_file(name);
    if (!opened) {
      const bool missing = ::access(name.c_str(), F_OK) != 0;
      return complain(missing ? kUsage : kEnvironment, opened.error().message);
    }
    file = std::move(*opened);
  }
  const auto end = read_to_end(name == "-" ? STDIN_FILENO : file.get(), take);
  if (!end) return complain(kEnvironment, fmt::format("{}: {}", name, end.error().message));
  return *end == ReadEnd::kSignal ? kInterrupted : kAsExpected;
}

DialectOption dialect_option(const std::string* name) {
  if (name == nullptr) return {};
  if (const Dialect* dialect = find_dialect(*name)) return {dialect, kAsExpected};
  std::vector<std::string_view> names;
  for (const Dialect& known : dialects()) names.push_back(known.name);
  return {nullptr, complain(kUsage, fmt::format("--dialect: unknown dialect \"{}\"{}", *name,
                                                did_you_mean(*name, names)))};
}

}  // namespace p1rig
