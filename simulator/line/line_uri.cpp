#include "simulator/line/line_uri.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "protocol/wording.h"
#include "simulator/files/suggest.h"
#include "simulator/line/cable_line.h"
#include "simulator/line/output_line.h"
#include "simulator/line/pty_line.h"
#include "simulator/line/rfc2217_line.h"
#include "simulator/line/serial_line.h"
#include "simulator/line/tcp_line.h"

namespace p1rig {
namespace {

constexpr std::array kModemOptions = {
    LineOption{"wiring", "rts, rts#, dtr, dtr# or vcc: what drives Data Request"},
    LineOption{"uart",
               "on (default), off: a client with wrong settings gets the garbage that a real port "
               "would give it"},
};

constexpr std::array kLineKinds = {
    LineKind{.scheme = "pty",
             .form = "pty:[/path/to/link]",
             .summary = "a pseudo-terminal, with a symbolic link to it",
             .address = LineAddress::kOptional,
             .announced = true,
             .options = kPtyOptions,
             .check = check_pty_line,
             .open = open_pty_line},
    LineKind{.scheme = "stdout",
             .form = "stdout",
             .summary = "standard output",
             .lossless = true,
             .open = open_stdout_line},
    LineKind{.scheme = "file",
             .form = "file:PATH",
             .summary = "a file, emptied first",
             .address = LineAddress::kRequired,
             .lossless = true,
             .open = open_file_line},
    LineKind{.scheme = "tcp-listen",
             .form = "tcp-listen:[HOST:]PORT",
             .summary = "every client gets the stream; without HOST only from this machine",
             .address = LineAddress::kRequired,
             .announced = true,
             .check = check_tcp_listen_line,
             .open = open_tcp_listen_line},
    LineKind{.scheme = "rfc2217-listen",
             .form = "rfc2217-listen:[HOST:]PORT",
             .summary = "a serial port on the network; the client controls Data Request",
             .address = LineAddress::kRequired,
             .always_requested = false,
             .announced = true,
             .options = kModemOptions,
             .check = check_rfc2217_listen_line,
             .open = open_rfc2217_listen_line},
    LineKind{.scheme = "tcp",
             .form = "tcp:HOST:PORT",
             .summary = "an outgoing connection",
             .address = LineAddress::kRequired,
             .check = check_tcp_line,
             .open = open_tcp_line},
    LineKind{.scheme = "serial",
             .form = "serial:/dev/ttyUSB0",
             .summary = "a real adapter; Data Request on one of its inputs",
             .address = LineAddress::kRequired,
             .always_requested = false,
             .announced = true,
             .options = kSerialOptions,
             .check = check_serial_line,
             .open = open_serial_line},
    LineKind{.scheme = "cable",
             .form = "cable:",
             .summary = "an emulated FTDI cable: a genuine /dev/ttyUSBn for the reader (root)",
             .address = LineAddress::kOptional,
             .always_requested = false,
             .announced = true,
             .options = kCableOptions,
             .check = check_cable_line,
             .open = open_cable_line},
};

const LineKind* find_kind(std::string_view scheme) {
  for (const LineKind& kind : kLineKinds) {
    if (kind.scheme == scheme) return &kind;
  }
  return nullptr;
}

/// The scheme as it is written in front of an address: "pty:", but "stdout".
std::string head_of(const LineKind& kind) {
  return std::string(kind.scheme) + (kind.address == LineAddress::kNone ? "" : ":");
}

tl::unexpected<Error> unknown_line(std::string_view head) {
  std::string forms;
  std::vector<std::string> heads;
  for (const LineKind& kind : kLineKinds) {
    heads.push_back(head_of(kind));
    forms += (forms.empty() ? "" : ", ") + std::string(kind.form);
  }
  const std::string guess = did_you_mean(head, {heads.begin(), heads.end()});
  return fail("unknown line " + in_quotes(head) +
              (guess.empty() ? "; a line is one of " + forms : guess));
}

/// Reads "a=1&b=2" into `uri`. The reason where a key is unknown, doubled or has no value.
std::optional<std::string> read_options(std::string_view text, const LineKind& kind, LineUri& uri) {
  std::vector<std::string_view> keys;
  for (const LineOption& option : kind.options) keys.push_back(option.key);
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    const std::string_view key = pair.substr(0, equals);
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
      return "unknown option " + in_quotes(key) + did_you_mean(key, keys);
    }
    if (equals == std::string_view::npos) return "option " + in_quotes(key) + " needs a value";
    const auto [place, is_new] = uri.options.try_emplace(std::string(key), pair.substr(equals + 1));
    if (!is_new) return "option " + in_quotes(key) + " is given twice";
  }
  return std::nullopt;
}

}  // namespace

std::span<const LineKind> line_kinds() { return kLineKinds; }

Result<LineUri> parse_line_uri(std::string_view uri) {
  const std::string_view place = uri.substr(0, uri.find('?'));
  const std::size_t colon = place.find(':');
  const std::string_view scheme = place.substr(0, colon);
  const bool has_colon = colon != std::string_view::npos;
  const LineKind* kind = find_kind(scheme);
  if (kind == nullptr || (!has_colon && kind->address != LineAddress::kNone)) {
    return unknown_line(place.substr(0, has_colon ? colon + 1 : colon));
  }

  LineUri parsed{.scheme = std::string(scheme)};
  if (has_colon) parsed.address = place.substr(colon + 1);
  const auto refuse = [&](const std::string& why) {
    return fail("line " + in_quotes(uri) + ": " + why + "; expected " + std::string(kind->form));
  };
  if (kind->address == LineAddress::kNone && has_colon) {
    return refuse("no address is allowed after " + in_quotes(kind->scheme));
  }
  if (kind->address == LineAddress::kRequired && parsed.address.empty()) {
    return refuse("an address must follow " + in_quotes(head_of(*kind)));
  }
  if (place.size() < uri.size()) {
    const auto why = read_options(uri.substr(place.size() + 1), *kind, parsed);
    if (why) return refuse(*why);
  }
  if (kind->check != nullptr) {
    if (auto checked = kind->check(parsed); !checked) return tl::unexpected(checked.error());
  }
  return parsed;
}

Result<std::unique_ptr<Line>> open_line(const LineUri& uri, const LineSettings& settings,
                                        EventLoop& loop) {
  const LineKind* kind = find_kind(uri.scheme);
  if (kind == nullptr) return unknown_line(uri.scheme);
  return kind->open(*kind, uri, settings, loop);
}

}  // namespace p1rig
