#include "protocol/framer.h"

#include <algorithm>

namespace p1rig {
namespace {

using Kind = Stretch::Kind;

// Bytes are taken in slices, so that a large piece is not copied as a whole.
constexpr std::size_t kSlice = 4096;
constexpr std::size_t kMaxCrcDigits = 4;
constexpr std::size_t kHeaderSize = 5;

bool is_line_end(char c) { return c == '\r' || c == '\n'; }

/// True where `c` may stand at this place of a header: '/', three letters, and 3, 5 or 9.
bool fits_header(char c, std::size_t place) {
  if (place == 0) return c == '/';
  if (place == kHeaderSize - 1) return c == '3' || c == '5' || c == '9';
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool is_header(std::string_view text) {
  for (std::size_t place = 0; place < kHeaderSize; ++place) {
    if (place >= text.size() || !fits_header(text[place], place)) return false;
  }
  return true;
}

/// The first header in the line; npos where there is none.
std::size_t find_header(std::string_view line) {
  std::size_t slash = line.find('/');
  while (slash != std::string_view::npos && !is_header(line.substr(slash))) {
    slash = line.find('/', slash + 1);
  }
  return slash;
}

}  // namespace

void Framer::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::string_view slice = bytes.substr(0, kSlice);
    bytes.remove_prefix(slice.size());
    pending_.append(slice);
    scan();
    drop_emitted();
  }
}

void Framer::finish() {
  if (start_ < pending_.size()) {
    const bool ended = state_ == State::kBang || state_ == State::kBangCr;
    const bool noise = state_ == State::kIdle || state_ == State::kSkip;
    emit(ended ? Kind::kTelegram : (noise ? Kind::kNoise : Kind::kFragment), pending_.size());
    drop_emitted();
  }
  state_ = State::kIdle;
  header_ = kNowhere;
}

void Framer::scan() {
  while (at_ < pending_.size()) {
    const std::size_t before = at_;
    step();
    work_ += std::max(at_, before + 1) - before;
  }
  // Noise need not wait for its end, but what may be a header does.
  if (state_ == State::kIdle) emit(Kind::kNoise, at_);
  if (state_ == State::kSkip) emit(Kind::kNoise, at_ - matched_);
}

/// Looks at the byte at at_, or at several at once, and moves on.
void Framer::step() {
  switch (state_) {
    case State::kIdle:
      return step_idle();
    case State::kSkip:
      return step_skip();
    case State::kBang:
    case State::kBangCr:
      return step_bang();
    case State::kIdentification:
    case State::kLine:
    case State::kCr:
    case State::kLineStart:
      return step_telegram();
  }
}

void Framer::step_telegram() {
  if (at_ == telegram_limit()) return end_oversize();
  if (state_ == State::kLineStart) return step_line_start();
  if (state_ != State::kCr) return step_line();
  if (pending_[at_] == '\n') ++at_;
  line_ = at_;
  state_ = State::kLineStart;
}

void Framer::step_idle() {
  at_ = std::min(pending_.find('/', at_), pending_.size());
  if (at_ < pending_.size()) begin_telegram(at_);
}

void Framer::step_skip() {
  const char c = pending_[at_];
  if (c == '/' && at_line_start_) return begin_telegram(at_);
  at_line_start_ = is_line_end(c);
  if (fits_header(c, matched_)) {
    ++matched_;
  } else {
    matched_ = c == '/' ? 1 : 0;
  }
  ++at_;
  if (matched_ == kHeaderSize) begin_telegram(at_ - kHeaderSize);
}

/// In the identification or in a data line: on to its end.
void Framer::step_line() {
  const std::size_t limit = std::min(pending_.size(), telegram_limit());
  while (at_ < limit && !is_line_end(pending_[at_])) ++at_;
  if (at_ < limit) end_line();
}

void Framer::step_line_start() {
  const char c = pending_[at_];
  if (is_line_end(c)) {
    if (header_ != kNowhere) begin_telegram(header_);
    return end_line();
  }
  header_ = kNowhere;
  if (c == '/') return begin_telegram(at_);
  state_ = State::kLine;
  if (c == '!') {
    state_ = State::kBang;
    crc_digits_ = 0;
    ++at_;
  }
}

void Framer::step_bang() {
  const char c = pending_[at_];
  if (state_ == State::kBang && c == '\r') {
    state_ = State::kBangCr;
    ++at_;
  } else if (state_ == State::kBang && c != '\n' && c != '/' && crc_digits_ < kMaxCrcDigits) {
    ++crc_digits_;
    ++at_;
  } else {
    // Whatever else it is, it decides; only an LF belongs to the telegram.
    if (c == '\n') ++at_;
    emit(Kind::kTelegram, at_);
    state_ = State::kIdle;
  }
}

/// A telegram begins at `slash`, which is the byte at at_ or one that was looked at before. What
/// lies before it is a fragment or noise.
void Framer::begin_telegram(std::size_t slash) {
  const bool noise = state_ == State::kIdle || state_ == State::kSkip;
  emit(noise ? Kind::kNoise : Kind::kFragment, slash);
  line_ = slash;
  at_ = std::max(at_, slash + 1);
  state_ = State::kIdentification;
}

/// At the CR or LF of a line, in any state within a telegram before its '!'.
void Framer::end_line() {
  if (state_ == State::kLine) {
    const std::size_t found = find_header(std::string_view(pending_).substr(line_, at_ - line_));
    header_ = found == std::string::npos ? kNowhere : line_ + found;
    work_ += at_ - line_;
  } else {
    header_ = kNowhere;
  }
  const bool cr = pending_[at_] == '\r';
  ++at_;
  line_ = at_;
  state_ = cr ? State::kCr : State::kLineStart;
}

/// The telegram reached the limit without its '!'.
void Framer::end_oversize() {
  // A header that begins in these bytes is looked at again after them: without its first bytes the
  // next telegram would be lost too.
  std::size_t slash = header_;
  if (slash == kNowhere) slash = pending_.rfind('/', at_ - 1);
  work_ += at_ - start_;
  const bool in_last_line = slash != kNowhere && (slash >= line_ || slash == header_);
  if (in_last_line && slash > start_) at_ = slash;
  at_line_start_ = is_line_end(pending_[at_ - 1]);
  matched_ = 0;
  header_ = kNowhere;
  emit(Kind::kOversize, at_);
  state_ = State::kSkip;
}

void Framer::emit(Kind kind, std::size_t end) {
  if (end == start_) return;
  const std::string_view bytes = std::string_view(pending_).substr(start_, end - start_);
  const std::uint64_t offset = offset_;
  start_ = end;
  offset_ += bytes.size();
  sink_({kind, bytes, offset});
}

void Framer::drop_emitted() {
  if (start_ == 0) return;
  pending_.erase(0, start_);
  work_ += pending_.size();
  at_ = std::max(at_, start_) - start_;
  line_ = std::max(line_, start_) - start_;
  if (header_ != kNowhere) header_ -= start_;
  start_ = 0;
}

}  // namespace p1rig
