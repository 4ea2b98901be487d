#include "cli/input.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "conformance/judge/unwrap.h"
#include "process/fd.h"
#include "protocol/wording.h"
#include "simulator/files/suggest.h"
#include "simulator/line/reader_end.h"
#include "simulator/line/reader_tty.h"
#include "simulator/line/recording.h"

namespace p1rig {
namespace {

Result<Fd> open_file(const std::string& name) {
  Fd file(::open(name.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() >= 0) return file;
  return fail(fmt::format("{}: {}", name, std::strerror(errno)));
}

int take_recording(const std::string& name, const std::function<bool(const InputPortion&)>& take) {
  auto reader = RecordingReader::open(name);
  if (!reader) return complain(kUsage, reader.error().message);
  bool tells_request = false;
  for (;;) {
    const auto event = reader->next();
    if (!event) return complain(kEnvironment, event.error().message);
    if (!*event) return kAsExpected;
    // Others record no leads; where they never change, they say nothing.
    tells_request = tells_request || (*event)->type == SerialEvent::kStatusChange;
    InputPortion portion{.time = (*event)->time};
    if (tells_request) portion.requested = (*event)->requested();
    if ((*event)->type == SerialEvent::kDataReceived) portion.bytes = (*event)->bytes;
    if (!take(portion)) return kAsExpected;
  }
}

/// Reads the reader's end of a line.
class LiveInput {
 public:
  LiveInput(std::string name, const LineSettings& settings,
            const std::function<bool(const InputPortion&)>& take, const ReadPlan& plan)
      : name_(std::move(name)), settings_(settings), take_(take), plan_(plan) {}

  int run() {
    if (!open()) return code_;
    if (plan_.opened) plan_.opened();
    if (plan_.show_edge && end_->has_request()) {
      constexpr auto kReleased = std::chrono::milliseconds(1500);
      if (!hear(end_->request(false))) return code_;
      const SteadyTime edge = std::min(plan_.until, RealClock().now() + kReleased);
      if (read(edge) != ReadEnd::kTime) return code_;
    }
    while (hear(end_->request(true)) && read(plan_.until) == ReadEnd::kSilence) {
      if (!reconnect()) break;
    }
    return code_;
  }

 private:
  bool open() {
    auto end = ReaderEnd::open(name_, settings_);
    if (!end) code_ = complain(kEnvironment, end.error().message);
    if (end) end_ = std::move(*end);
    return end.has_value();
  }

  /// A connection that died silently looks like one to a silent meter.
  bool reconnect() {
    complain(kAsExpected, fmt::format("{}: silent for {:g} s; reopening it", name_,
                                      std::chrono::duration<double>(plan_.reconnect).count()));
    // Some gateways serve one client at a time.
    end_.reset();
    if (!open()) return false;
    if (plan_.reconnected) plan_.reconnected();
    return true;
  }

  /// Nothing if reading went wrong.
  std::optional<ReadEnd> read(SteadyTime until) {
    const bool doubts = plan_.reconnect.count() > 0 && ReaderEnd::is_network(name_);
    const auto silence = doubts ? plan_.reconnect : std::chrono::nanoseconds::max();
    const auto end = read_to_end(
        end_->descriptor(), [&](std::string_view bytes) { return hear(end_->take(bytes)); }, until,
        silence);
    if (!end) {
      code_ = complain(kEnvironment, end.error().message);
      return std::nullopt;
    }
    if (*end == ReadEnd::kSignal) code_ = kInterrupted;
    return *end;
  }

  /// False if it is enough, or went wrong.
  bool hear(const Result<std::vector<ReaderEnd::Heard>>& heard) {
    if (!heard) {
      code_ = complain(kEnvironment, heard.error().message);
      return false;
    }
    for (const ReaderEnd::Heard& each : *heard) {
      if (each.requested) requested_ = each.requested;
      if (!take_({each.data, RealClock().time_of_day(), requested_})) return false;
    }
    return true;
  }

  const std::string name_;
  const LineSettings settings_;
  const std::function<bool(const InputPortion&)>& take_;
  const ReadPlan& plan_;
  std::optional<ReaderEnd> end_;
  std::optional<bool> requested_;
  int code_ = kAsExpected;
};

/// Says what is wrong with a name under which nothing can be opened.
int explain_missing(const std::string& name, const std::string& reason) {
  if (::access(name.c_str(), F_OK) == 0) return complain(kEnvironment, reason);
  const std::string why = ReaderEnd::why_no_line(name);
  return complain(kUsage, why.empty() ? reason : name + ": " + why);
}

void tell_unwrapped(const std::string& name, const Unwrapper& unwrapper) {
  const std::string what = unwrapper.what();
  if (what.empty()) return;
  say(
      fmt::format("p1rig: {}: extracted from {}: {}{}; offsets count what remains (--raw takes the "
                  "input as it is)",
                  name == "-" ? "stdin" : name, what, counted(unwrapper.lines(), "line"),
                  unwrapper.others() == 0
                      ? ""
                      : ", and " + counted(unwrapper.others(), "other line") + " without it"));
}

}  // namespace

bool has_times(const std::string& name) {
  return name != "-" && (is_capture_file(name) || ReaderEnd::is_live(name));
}

int read_portions(const std::string& name, const LineSettings& settings,
                  const std::function<bool(const InputPortion&)>& take, const ReadPlan& plan) {
  std::error_code error;
  if (std::filesystem::is_directory(name, error)) {
    return complain(kUsage, name + ": is a directory, expected a file or a line");
  }
  if (name != "-" && is_capture_file(name)) return take_recording(name, take);
  if (name != "-" && ReaderEnd::is_live(name)) {
    return LiveInput(name, settings, take, plan).run();
  }
  Fd file;
  if (name != "-") {
    auto opened = open_file(name);
    if (!opened) return explain_missing(name, opened.error().message);
    file = std::move(*opened);
  }
  bool enough = false;
  const auto take_bytes = [&](std::string_view bytes) {
    enough = !take({.bytes = bytes});
    return !enough;
  };
  std::optional<Unwrapper> unwrapper;
  if (plan.unwrap) unwrapper.emplace(take_bytes);
  const auto end =
      read_to_end(name == "-" ? STDIN_FILENO : file.get(), [&](std::string_view bytes) {
        return unwrapper ? unwrapper->feed(bytes) : take_bytes(bytes);
      });
  if (unwrapper && !enough) unwrapper->finish();
  if (unwrapper && plan.tell) tell_unwrapped(name, *unwrapper);
  if (!end) return complain(kEnvironment, fmt::format("{}: {}", name, end.error().message));
  return *end == ReadEnd::kSignal ? kInterrupted : kAsExpected;
}

int read_input(const std::string& name, const LineSettings& settings,
               const std::function<bool(std::string_view)>& take, const ReadPlan& plan) {
  const auto take_bytes = [&](const InputPortion& portion) {
    return portion.bytes.empty() || take(portion.bytes);
  };
  return read_portions(name, settings, take_bytes, plan);
}

void add_raw_option(Options& options) {
  options.flag("raw",
               "take text as it is; default: extract telegrams from logs, quotes, hexadecimal or "
               "string literals");
}

DialectOption dialect_option(const std::string* name) {
  if (name == nullptr) return {};
  if (const Dialect* dialect = find_dialect(*name)) return {dialect, kAsExpected};
  std::vector<std::string_view> names;
  for (const Dialect& known : dialects()) names.push_back(known.name);
  return {
      nullptr,
      complain(kUsage, fmt::format("--dialect: unknown dialect \"{}\"{} (`p1rig dialects` lists "
                                   "them)",
                                   *name, did_you_mean(*name, names)))};
}

}  // namespace p1rig
