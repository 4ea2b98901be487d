#include "cli/read_limits.h"

#include <chrono>
#include <cmath>
#include <exception>

#include "cli/command.h"

namespace p1rig {

void add_limit_options(Options& options) {
  options.value("duration", "S", "end after this many seconds");
  options.value("count", "N", "end after N telegrams");
}

std::optional<double> parse_positive(const std::string& text) {
  try {
    std::size_t end = 0;
    const double number = std::stod(text, &end);
    if (end == text.size() && number > 0 && std::isfinite(number)) return number;
  } catch (const std::exception&) {
  }
  return std::nullopt;
}

int choose_limits(const Options& options, ReadLimits& limits) {
  if (const auto text = options.get("count")) {
    const auto count = parse_count(*text);
    if (!count || *count == 0) return options.misuse("--count: expected a number, at least 1");
    limits.count = *count;
  }
  if (const auto text = options.get("duration")) {
    const auto seconds = parse_positive(*text);
    if (!seconds || *seconds > 1e8)
      return options.misuse("--duration: expected a number of seconds above 0");
    limits.until =
        RealClock().now() + std::chrono::nanoseconds(static_cast<std::int64_t>(*seconds * 1e9));
  }
  return kAsExpected;
}

}  // namespace p1rig
