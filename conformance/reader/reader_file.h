#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/judge/compare.h"
#include "protocol/result.h"

namespace p1rig {

/// Where a reader's own JSON has the value of an OBIS code.
struct ReaderMapping {
  std::string target;     ///< an OBIS code, or "mbus[medium=gas]"
  std::string path = {};  ///< JSON pointer, RFC 6901
  std::string unit = {};  ///< of a number without one, or a path to it; empty: none
  std::string at = {};    ///< JSON pointer to the time; empty: not reported
};

/// How a reader is watched.
struct ReaderObserver {
  std::string kind = "stdout";            ///< a row of observer_kinds()
  std::string address;                    ///< HOST:PORT, or a URL for http
  std::string topic;                      ///< of mqtt
  std::chrono::milliseconds interval{0};  ///< of http, between two requests; of mqtt, of silence
};

/// When a reader reports what it understood.
enum class Publish : std::uint8_t {
  kEvery,     ///< every telegram
  kChanges,   ///< only values that differ from those before
  kThrottled  ///< at most one telegram in min_interval
};

/// A reader under test (docs/readers.md): a command that p1rig starts, or an attached device.
struct ReaderFile {
  std::string name;
  std::string file;                  ///< empty for `conform -- COMMAND`
  std::vector<std::string> command;  ///< {endpoint}, {profile}, {here} … are replaced
  bool attached = false;
  std::vector<std::string> endpoints = {"pty"};  ///< "pty", "serial:/dev/ttyUSB0"
  std::vector<std::string> dialects;  ///< globs; empty: what its hello names, else dsmr-5.0
  std::vector<std::string> can;
  std::vector<std::string> claims;
  std::optional<int> decimals;
  TimeForm time = TimeForm::kAware;
  Publish publish = Publish::kEvery;
  std::chrono::milliseconds min_interval{0};    ///< between two telegrams that it publishes
  std::chrono::milliseconds startup{15'000};    ///< until it has opened its endpoint
  std::chrono::milliseconds patience{10'000};   ///< for an expected report
  std::chrono::milliseconds reconnect{90'000};  ///< until it doubts a connection that is silent
  std::string wiring = "vcc";
  bool reset_by_supply = false;  ///< an attached device that hangs is switched off and on
  ReaderObserver observe;
  std::vector<ReaderMapping> map;
  std::map<std::string, std::string> environment;
};

/// An error if this is not an endpoint, or not one for an attached device: that needs a name, as in
/// "pty:/tmp/p1".
Result<void> check_endpoint(std::string_view endpoint, bool attached);

/// The error has a line for each thing that is wrong, with file:line:column.
Result<ReaderFile> load_reader(const std::filesystem::path& file);

/// By name (conformance/readers/) or path.
Result<ReaderFile> find_reader(std::string_view name);

std::map<std::string, std::filesystem::path> list_readers();

}  // namespace p1rig
