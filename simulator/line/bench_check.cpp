#include "simulator/line/bench_check.h"

#include <algorithm>
#include <array>
#include <functional>
#include <thread>
#include <utility>

#include "protocol/wording.h"
#include "simulator/line/clock.h"
#include "simulator/line/serial_adapter.h"

namespace p1rig {
namespace {

using namespace std::chrono_literals;

constexpr LineSettings kFast{.baud = 115200};
constexpr LineSettings kSlow{.baud = 9600, .data_bits = 7, .parity = 'E'};
constexpr LineSettings kSlowPlain{.baud = 9600};
constexpr int kRounds = 20;
constexpr auto kPatience = 500ms;
constexpr auto kSettled = 60ms;  ///< longer than any latency timer's default

SteadyTime now() { return std::chrono::steady_clock::now(); }

struct InputName {
  const char* name;
  bool SerialInputs::*member;
};
constexpr std::array kInputs = {InputName{"cts", &SerialInputs::cts},
                                InputName{"dsr", &SerialInputs::dsr},
                                InputName{"dcd", &SerialInputs::dcd}};

struct OutputName {
  const char* name;
  Result<void> (SerialAdapter::*set)(bool);
};
constexpr std::array kOutputs = {OutputName{"rts", &SerialAdapter::set_rts},
                                 OutputName{"dtr", &SerialAdapter::set_dtr}};

/// Thrown where a port goes away; caught in check_bench().
struct PortLost {
  Error error;
};

template <class T>
T need(Result<T> result) {
  if (!result) throw PortLost{result.error()};
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// Two ports, or one with its plug bridged.
struct Bench {
  SerialAdapter& meter;
  SerialAdapter& reader;

  void set_both(const LineSettings& meter_settings, const LineSettings& reader_settings) {
    need(meter.set_settings(meter_settings));
    if (&reader != &meter) need(reader.set_settings(reader_settings));
    std::this_thread::sleep_for(kSettled);
    meter.purge_input();
    reader.purge_input();
    while (!need(reader.read()).empty()) {
    }
  }

  bool wait(const std::function<bool()>& done, std::chrono::milliseconds at_most = kPatience) {
    const SteadyTime give_up = now() + at_most;
    while (!done()) {
      if (now() > give_up) return false;
      std::this_thread::sleep_for(200us);
    }
    return true;
  }

  /// What arrives of `bytes`.
  std::string pass(std::string_view bytes) {
    std::string arrived;
    const std::size_t size = bytes.size();
    wait(
        [&] {
          if (!bytes.empty()) bytes.remove_prefix(need(meter.write(bytes)));
          arrived += need(reader.read());
          return arrived.size() >= size;
        },
        2s);
    return arrived;
  }
};

std::string all_bytes(int count) {
  std::string bytes;
  for (int i = 0; i < count; ++i) bytes += static_cast<char>(i);
  return bytes;
}

/// Bit 7 as an even parity bit.
std::string with_even_parity(std::string bytes) {
  for (char& byte : bytes) {
    if (__builtin_parity(static_cast<unsigned>(byte)) != 0) byte = static_cast<char>(byte | 0x80);
  }
  return bytes;
}

BenchFinding compare(const std::string& name, const std::string& expected,
                     const std::string& arrived) {
  const auto [left, right] =
      std::mismatch(expected.begin(), expected.end(), arrived.begin(), arrived.end());
  if (left == expected.end() && right == arrived.end()) {
    return {name, true, "all of " + counted(expected.size(), "byte") + " arrive"};
  }
  return {name, false,
          std::to_string(arrived.size()) + " of " + counted(expected.size(), "byte") +
              " arrive; the first wrong or missing one is at " +
              std::to_string(left - expected.begin())};
}

void check_bytes(Bench& bench, BenchCertificate& certificate) {
  bench.set_both(kFast, kFast);
  certificate.findings.push_back(compare("115200 8N1", all_bytes(256), bench.pass(all_bytes(256))));
  bench.set_both(kSlow, kSlow);
  certificate.findings.push_back(compare("9600 7E1", all_bytes(128), bench.pass(all_bytes(128))));
  if (&bench.meter == &bench.reader) return;  // one port cannot be set in two ways
  bench.set_both(kSlow, kSlowPlain);
  certificate.findings.push_back(
      compare("parity bit of 7E1", with_even_parity(all_bytes(128)), bench.pass(all_bytes(128))));
}

void check_lines(Bench& bench, BenchCertificate& certificate) {
  for (const OutputName& output : kOutputs) {
    need((bench.reader.*output.set)(false));
    std::this_thread::sleep_for(kSettled);
    const SerialInputs cleared = need(bench.meter.inputs());
    need((bench.reader.*output.set)(true));
    std::this_thread::sleep_for(kSettled);
    const SerialInputs asserted = need(bench.meter.inputs());
    for (const InputName& input : kInputs) {
      if (cleared.*input.member == asserted.*input.member) continue;
      certificate.lines.push_back({output.name, input.name, cleared.*input.member});
    }
  }
}

RoundTimes times_of(std::vector<std::chrono::nanoseconds> times) {
  std::sort(times.begin(), times.end());
  const auto in_us = [](std::chrono::nanoseconds time) {
    return std::chrono::duration_cast<std::chrono::microseconds>(time);
  };
  return {in_us(times[times.size() / 2]), in_us(times.back())};
}

/// The reader asks and releases as it does at a meter; the meter's side does what `simulate` does.
void check_request(Bench& bench, const FollowedLine& line, BenchCertificate& certificate) {
  const auto set = std::find_if(kOutputs.begin(), kOutputs.end(), [&](const OutputName& output) {
                     return output.name == line.output;
                   })->set;
  const auto input = std::find_if(kInputs.begin(), kInputs.end(), [&](const InputName& name) {
                       return name.name == line.input;
                     })->member;
  const auto requested = [&] { return need(bench.meter.inputs()).*input != line.inverted; };
  const auto character = std::chrono::nanoseconds(1'000'000'000LL * 10 / kFast.baud);
  std::vector<std::chrono::nanoseconds> starts;
  std::vector<std::chrono::nanoseconds> stops;
  bench.set_both(kFast, kFast);
  for (int round = 0; round < kRounds; ++round) {
    need((bench.reader.*set)(false));
    if (!bench.wait([&] { return !requested(); })) return;
    std::this_thread::sleep_for(5ms);
    need(bench.reader.read());
    const SteadyTime asked = now();
    need((bench.reader.*set)(true));
    if (!bench.wait(requested)) return;
    need(bench.meter.write("/"));
    if (!bench.wait([&] { return !need(bench.reader.read()).empty(); })) return;
    starts.push_back(now() - asked - character);

    SteadyTime due = now();
    for (const SteadyTime until = due + 20ms; now() < until; due += 1500us) {
      need(bench.meter.write("0123456789ABCDEF"));
      need(bench.reader.read());
      std::this_thread::sleep_until(due + 1500us);
    }
    const SteadyTime released = now();
    SteadyTime last = released;
    need((bench.reader.*set)(false));
    while (requested()) {
      if (now() > released + kPatience) return;
      need(bench.meter.write("0123456789ABCDEF"));
      if (!need(bench.reader.read()).empty()) last = now();
      std::this_thread::sleep_for(1400us);
    }
    bench.meter.purge_output();
    for (const SteadyTime until = now() + kSettled; now() < until;) {
      if (!need(bench.reader.read()).empty()) last = now();
      std::this_thread::sleep_for(200us);
    }
    stops.push_back(last - released);
  }
  certificate.request_to_first_bit = times_of(std::move(starts));
  certificate.release_to_last_bit = times_of(std::move(stops));
}

}  // namespace

bool BenchCertificate::passed() const {
  return !lines.empty() && request_to_first_bit &&
         std::all_of(findings.begin(), findings.end(),
                     [](const BenchFinding& finding) { return finding.passed; });
}

Result<BenchCertificate> check_bench(const std::string& meter, const std::string& reader) {
  auto meter_port = SerialAdapter::open(meter, kFast);
  if (!meter_port) return tl::unexpected(meter_port.error());
  std::optional<SerialAdapter> reader_port;
  if (reader != meter) {
    auto port = SerialAdapter::open(reader, kFast);
    if (!port) return tl::unexpected(port.error());
    reader_port.emplace(std::move(*port));
  }
  Bench bench{.meter = *meter_port, .reader = reader_port ? *reader_port : *meter_port};
  BenchCertificate certificate{.meter = meter,
                               .reader = reader,
                               .meter_latency = bench.meter.latency_timer(),
                               .reader_latency = bench.reader.latency_timer()};
  try {
    check_bytes(bench, certificate);
    check_lines(bench, certificate);
    if (!certificate.lines.empty()) check_request(bench, certificate.lines.front(), certificate);
  } catch (const PortLost& lost) {
    return tl::unexpected(lost.error);
  }
  return certificate;
}

}  // namespace p1rig
