#include "conformance/reader/json_teller.h"

#include <utility>

#include "conformance/reader/reader_map.h"

namespace p1rig {
namespace {

/// A line, or an object, that is longer is no report.
constexpr std::size_t kLongest = std::size_t{1} << 20U;

}  // namespace

JsonTeller::JsonTeller(std::vector<ReaderMapping> map, Observer::Sink sink)
    : map_(std::move(map)), sink_(std::move(sink)) {}

void JsonTeller::clear() {
  line_.clear();
  object_.clear();
  too_long_ = in_text_ = escaped_ = false;
  depth_ = 0;
}

void JsonTeller::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    if (!too_long_) line_ += bytes.substr(0, end);
    if (line_.size() > kLongest) {
      clear();
      too_long_ = true;
      sink_("", ContractBreach{"the reader writes a line of more than 1 MiB"});
    }
    if (end == std::string_view::npos) return;
    bytes.remove_prefix(end + 1);
    if (!std::exchange(too_long_, false)) take_line();
    line_.clear();
  }
}

void JsonTeller::take_line() {
  if (line_.ends_with('\r')) line_.pop_back();
  if (map_.empty()) return tell(line_);
  take_mapped_line();
}

void JsonTeller::take_mapped_line() {
  const bool begins = line_.starts_with('{');
  if (begins && !object_.empty()) {
    // The one before was never closed.
    sink_(std::exchange(object_, {}), ContractLog{});
    depth_ = 0;
    in_text_ = escaped_ = false;
  }
  if (!begins && object_.empty()) return sink_(line_, ContractLog{});
  count_brackets(line_);
  object_ += line_ + '\n';
  if (depth_ == 0) {
    object_.pop_back();
    tell(std::exchange(object_, {}));
    in_text_ = escaped_ = false;
  } else if (object_.size() > kLongest) {
    clear();
    sink_("", ContractBreach{"the reader writes an object of more than 1 MiB"});
  }
}

void JsonTeller::count_brackets(std::string_view line) {
  for (const char c : line) {
    if (in_text_) {
      if (!std::exchange(escaped_, c == '\\' && !escaped_) && c == '"') in_text_ = false;
    } else if (c == '"') {
      in_text_ = true;
    } else if (c == '{') {
      ++depth_;
    } else if (c == '}' && depth_ > 0) {
      --depth_;
    }
  }
}

ContractLine JsonTeller::read(std::string_view json) const {
  return map_.empty() ? parse_contract_line(json) : apply_map(map_, json);
}

void JsonTeller::tell(std::string text) {
  ContractLine what = read(text);
  sink_(std::move(text), std::move(what));
}

}  // namespace p1rig
