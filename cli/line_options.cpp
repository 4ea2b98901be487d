#include "cli/line_options.h"

#include <fmt/core.h>

#include <cstdio>
#include <utility>

#include "simulator/line/tcp_address.h"

namespace p1rig {
namespace {

/// Says where a reader finds the line, and who may.
void announce(const LineUri& uri, const Line& line) {
  if (!line.kind().announced) return;
  const auto address = parse_tcp_address(uri.address);
  const bool listens = uri.scheme.ends_with("-listen");
  fmt::print(stderr, "{}{}\n", line.name(),
             listens && address && address->host.empty()
                 ? " (this machine only; name a host, such as 0.0.0.0, for others)"
                 : "");
}

}  // namespace

void add_line_options(Options& options) {
  std::string help =
      "where to send, may be repeated: one meter, several readers; default pty:. One of:";
  for (const LineKind& kind : line_kinds()) {
    help += fmt::format("\n  {}  {}", kind.form, kind.summary);
    for (const LineOption& option : kind.options) {
      help += fmt::format("\n    ?{}  {}", option.key, option.summary);
    }
  }
  options.values("line", "URI", help.c_str());
}

int open_lines(const Options& options, const LineSettings& settings, EventLoop& loop,
               OpenLines& lines) {
  std::vector<LineUri> uris;
  std::vector<std::string> texts = options.list("line");
  if (texts.empty()) texts = {"pty:"};
  for (const std::string& text : texts) {
    auto uri = parse_line_uri(text);
    if (!uri) return options.misuse("--line: " + uri.error().message);
    uris.push_back(std::move(*uri));
  }
  for (const LineUri& uri : uris) {
    auto line = open_line(uri, settings, loop);
    if (!line) return complain(kEnvironment, line.error().message);
    announce(uri, **line);
    lines.list.push_back(line->get());
    lines.owned.push_back(std::move(*line));
  }
  return kAsExpected;
}

}  // namespace p1rig
