#include "conformance/judge/unwrap.h"

#include <algorithm>
#include <utility>

#include "conformance/judge/line_repairs.h"
#include "conformance/judge/octets.h"
#include "conformance/judge/other_protocols.h"
#include "protocol/dlms_frame.h"

namespace p1rig {
namespace {

constexpr std::size_t kMostLayers = 3;
constexpr std::size_t kFirstSearch = 1024;
constexpr std::size_t kLeast = 16;  ///< bytes inside, enough to decide
constexpr std::string_view kLineEnds = "\r\n";

/// Calls `take` with each line without its end, also with the last one, which may have none, and
/// with whether it has one; until it returns false.
template <class Take>
void for_each_line(std::string_view text, Take take) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const bool whole = end != text.npos;
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!take(line, whole)) return;
    text.remove_prefix(whole ? end + 1 : text.size());
  }
}

/// True if bytes are not text: control characters, or invalid UTF-8. The last ones may
/// be part of an incomplete character.
bool is_binary(std::string_view bytes) {
  constexpr std::string_view kControls = "\t\r\n\f\a\b\x1B";
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const unsigned octet = octet_at(bytes, at);
    if (octet < ' ' && kControls.find(bytes[at]) == kControls.npos) return true;
    if (octet < 0x80) continue;
    const std::size_t more = octet >= 0xF0 ? 3 : octet >= 0xE0 ? 2 : 1;
    if (octet < 0xC2 || octet > 0xF4) return true;
    for (std::size_t i = 1; i <= more && at + i < bytes.size(); ++i) {
      if ((octet_at(bytes, at + i) & 0xC0U) != 0x80) return true;
    }
    at += more;
  }
  return false;
}

/// True if the text contains telegrams as they are. An identification alone does not decide: who
/// marks lines to copy them often begins at its '/'.
bool is_plain(std::string_view text) {
  bool plain = false;
  for_each_line(text, [&](std::string_view line, bool whole) {
    plain = whole && !line.starts_with('/') && is_telegram_line(line);
    return !plain;
  });
  return plain;
}

bool has_frame(std::string_view bytes) {
  for (std::size_t at = bytes.find(kFrameStart); at != bytes.npos;
       at = bytes.find(kFrameStart, at + 1)) {
    if (read_frame_head(bytes.substr(at)).verdict == FrameHead::Verdict::kFrame) return true;
  }
  return false;
}

/// True if it contains lines of a telegram.
bool has_lines(std::string_view bytes) {
  constexpr std::size_t kEnough = 3;
  std::size_t lines = 0;
  while (!bytes.empty() && lines < kEnough) {
    const std::size_t end = std::min(bytes.find_first_of(kLineEnds), bytes.size());
    lines += is_telegram_line(bytes.substr(0, end)) ? 1U : 0U;
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  return lines == kEnough;
}

/// A line of a telegram as people copy it: its own end and empty lines are not in the copy, and the
/// one after the identification is in every telegram.
void put_line(std::string_view line, std::string& telegram) {
  line = line.substr(0, line.find_last_not_of(" \t") + 1);
  if (line.empty()) return;
  add_usual_line(line, telegram);
}

/// What is inside the lines; empty if none has the wrapper.
std::string unwrap_all(const Wrapper& wrapper, std::string_view text) {
  std::string inside;
  std::string memory;
  bool any = false;
  for_each_line(text, [&](std::string_view line, bool) {
    const std::size_t before = inside.size();
    any = wrapper.take(line, memory, inside) || any;
    if (wrapper.lines && inside.size() > before) inside += '\n';
    return true;
  });
  return any ? inside : "";
}

}  // namespace

bool Unwrapper::feed(std::string_view bytes) {
  switch (state_) {
    case State::kPlain:
      return sink_(bytes);
    case State::kWrapped:
      return unwrap(bytes, false);
    case State::kLooking:
      break;
  }
  head_ += bytes;
  decide(false);
  return state_ == State::kLooking || release();
}

bool Unwrapper::finish() {
  if (state_ == State::kLooking) {
    decide(true);
    if (!release()) return false;
  }
  return state_ != State::kWrapped || unwrap({}, true);
}

/// Leaves it open where more is needed.
void Unwrapper::decide(bool ended) {
  const std::string_view head = std::string_view(head_).substr(0, kHead);
  const bool last = ended || head_.size() >= kHead;
  if (is_binary(head) || is_plain(head)) {
    state_ = State::kPlain;
    return;
  }
  // Each time that there is twice as much: the work grows with the head and no faster. A line that
  // has not ended may still become anything.
  const bool now = last || head.size() >= std::max(kFirstSearch, 2 * looked_at_);
  const std::string_view text = last ? head : head.substr(0, head.rfind('\n') + 1);
  if (now) looked_at_ = head.size();
  for (std::size_t layers = 1; now && layers <= kMostLayers; ++layers) {
    if (!search(text, layers)) continue;
    state_ = State::kWrapped;
    return;
  }
  if (last) state_ = State::kPlain;
}

/// Hands on what was held back.
bool Unwrapper::release() {
  const std::string held = std::exchange(head_, {});
  return held.empty() || feed(held);
}

/// Finds so many layers that hold something; there are none if it returns false.
bool Unwrapper::search(std::string_view text, std::size_t layers) {
  for (const Wrapper& wrapper : wrappers()) {
    const std::string inside = unwrap_all(wrapper, text);
    if (inside.size() < kLeast || inside == text) continue;
    layers_.push_back({&wrapper});
    const bool found = layers > 1 ? search(inside, layers - 1)
                                  : has_lines(inside) || has_frame(inside) ||
                                        find_other_protocol(inside).has_value();
    if (found) return true;
    layers_.pop_back();
  }
  return false;
}

void Unwrapper::feed_layer(std::size_t index, std::string_view bytes, std::string& inside) {
  if (index == layers_.size()) {
    inside += bytes;
    return;
  }
  std::string& line = layers_[index].line;
  while (!bytes.empty()) {
    const std::size_t room = kLongestLine - std::min(line.size(), kLongestLine);
    const std::size_t end = std::min({bytes.find('\n'), bytes.size(), room});
    line += bytes.substr(0, end);
    const bool ends = end == room || end < bytes.size();
    bytes.remove_prefix(
        std::min(end + (end < bytes.size() && bytes[end] == '\n' ? 1 : 0), bytes.size()));
    if (ends) end_line(index, inside);
  }
}

void Unwrapper::end_line(std::size_t index, std::string& inside) {
  Layer& layer = layers_[index];
  std::string line = std::exchange(layer.line, {});
  if (line.ends_with('\r')) line.pop_back();
  std::string within;
  const bool wore = layer.wrapper->take(line, layer.memory, within);
  if (index == 0) ++(wore ? lines_ : others_);
  if (within.empty()) return;
  if (layer.wrapper->lines && index + 1 == layers_.size()) return put_line(within, inside);
  if (layer.wrapper->lines) within += '\n';
  feed_layer(index + 1, within, inside);
}

bool Unwrapper::unwrap(std::string_view bytes, bool ended) {
  std::string inside;
  feed_layer(0, bytes, inside);
  for (std::size_t index = 0; ended && index < layers_.size(); ++index) {
    if (!layers_[index].line.empty()) end_line(index, inside);
  }
  return inside.empty() || sink_(inside);
}

std::string Unwrapper::what() const {
  std::string text;
  for (const Layer& layer : layers_) {
    text += (text.empty() ? "" : ", ") + std::string(layer.wrapper->what);
  }
  return text;
}

}  // namespace p1rig
