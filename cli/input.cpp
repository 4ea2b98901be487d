#include "cli/input.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "simulator/fd.h"
#include "simulator/line/reader_tty.h"
#include "simulator/line/recording.h"
#include "simulator/line/tcp_address.h"
#include "simulator/suggest.h"

namespace p1rig {
namespace {

Result<Fd> open_file(const std::string& name) {
  Fd file(::open(name.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() >= 0) return file;
  return fail(fmt::format("{}: {}", name, std::strerror(errno)));
}

Result<Fd> open_tcp(const std::string& name) {
  const auto address = read_tcp_address(std::string_view(name).substr(4), true);
  if (!address) return fail(name + ": " + address.error().message);
  return connect_tcp(*address);
}

int take_recording(const std::string& name, const std::function<bool(const InputPortion&)>& take) {
  const auto done = read_recording(name, [&](const RecordedEvent& event) {
    InputPortion portion{.time = event.time, .requested = event.requested()};
    if (event.type == SerialEvent::kDataReceived) portion.bytes = event.bytes;
    return take(portion);
  });
  return done ? kAsExpected : complain(kEnvironment, done.error().message);
}

}  // namespace

int read_portions(const std::string& name, const LineSettings& settings,
                  const std::function<bool(const InputPortion&)>& take, SteadyTime until) {
  if (name != "-" && is_capture_file(name)) return take_recording(name, take);
  Fd file;
  const bool network = name.starts_with("tcp:");
  const bool live = network || is_tty_path(name);
  if (name != "-") {
    auto opened = network ? open_tcp(name)
                  : live  ? open_reader_tty(name, settings)
                          : open_file(name);
    if (!opened) {
      const bool missing = !network && ::access(name.c_str(), F_OK) != 0;
      return complain(missing ? kUsage : kEnvironment, opened.error().message);
    }
    file = std::move(*opened);
  }
  const auto end = read_to_end(
      name == "-" ? STDIN_FILENO : file.get(),
      [&](std::string_view bytes) {
        InputPortion portion{.bytes = bytes};
        if (live) portion.time = RealClock().time_of_day();
        return take(portion);
      },
      until);
  if (!end) return complain(kEnvironment, fmt::format("{}: {}", name, end.error().message));
  return *end == ReadEnd::kSignal ? kInterrupted : kAsExpected;
}

int read_input(const std::string& name, const LineSettings& settings,
               const std::function<bool(std::string_view)>& take) {
  return read_portions(name, settings, [&](const InputPortion& portion) {
    return portion.bytes.empty() || take(portion.bytes);
  });
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
