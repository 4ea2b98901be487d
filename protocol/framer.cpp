#include "protocol/framer.h"

#include <algorithm>

#include "protocol/ascii.h"

namespace p1rig {
namespace {

using Kind = Stretch::Kind;

// Bytes are taken in slices, so that a large piece is not copied as a whole.
constexpr std::size_t kSlice = 4096;
constexpr std::size_t kMaxCrcDigits = 4;
constexpr std::size_t kHeaderSize = 5;
// How far from the end of a frame the next one may have begun unseen. A head always shows earlier.
constexpr std::size_t kTailSize = 64;
// More than any identification has.
constexpr std::size_t kLongestHeaderLine = 128;
constexpr std::string_view kStarts = "/\xDB";

/// True if `c` is allowed at this place of a header: '/', three letters, and 3, 5 or 9.
bool fits_header(char c, std::size_t place) {
  if (place == 0) return c == '/';
  if (place == kHeaderSize - 1) return c == '3' || c == '5' || c == '9';
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// Through the last byte of the line that is not printable; 0 where all are.
std::size_t size_through_unprintable(std::string_view line) {
  while (!line.empty() && is_printable(line.back())) line.remove_suffix(1);
  return line.size();
}

/// The first header in the line; npos if there is none.
std::size_t find_header(std::string_view line) {
  std::size_t slash = line.find('/');
  while (slash != std::string_view::npos && !is_header(line.substr(slash))) {
    slash = line.find('/', slash + 1);
  }
  return slash;
}

}  // namespace

bool is_header(std::string_view text) {
  for (std::size_t place = 0; place < kHeaderSize; ++place) {
    if (place >= text.size() || !fits_header(text[place], place)) return false;
  }
  return true;
}

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
  finishing_ = true;
  if (state_ == State::kFrame) {
    frame_end_ = kNowhere;
    at_ = start_ + 1;
  }
  scan();
  emit(kind_if_cut(), pending_.size());
  state_ = State::kIdle;
  drop_emitted();
  header_ = kNowhere;
  finishing_ = false;
}

void Framer::scan() {
  while (at_ < pending_.size()) {
    const std::size_t before = at_;
    const bool moved = step();
    work_ += std::max(at_, before + 1) - before;
    if (!moved) break;
  }
  // Noise need not wait for its end, but what may be a header does.
  if (state_ == State::kIdle) emit(Kind::kNoise, at_);
  if (state_ == State::kSkip) emit(Kind::kNoise, at_ - matched_);
}

/// Looks at the byte at at_, or at several at once, and moves on; false if more are needed.
bool Framer::step() {
  if (state_ == State::kFrame) return step_frame();
  if (state_ == State::kFrameTail) return step_frame_tail();
  if (pending_[at_] == kFrameStart && !at_telegram_limit()) {
    const FrameHead head = head_at(at_, pending_.size());
    if (head.verdict == FrameHead::Verdict::kMore) return false;
    if (head.verdict == FrameHead::Verdict::kFrame) {
      begin_frame(at_, head.size);
      return true;
    }
  }
  step_byte();
  return true;
}

void Framer::step_byte() {
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
    case State::kFrame:
    case State::kFrameTail:
      return step_telegram();
  }
}

void Framer::step_telegram() {
  if (at_telegram_limit()) return end_oversize();
  if (state_ == State::kLineStart) return step_line_start();
  if (state_ != State::kCr) return step_line();
  if (pending_[at_] == '\n') ++at_;
  line_ = at_;
  state_ = State::kLineStart;
}

void Framer::step_idle() {
  if (pending_[at_] == kFrameStart) ++at_;
  at_ = std::min(pending_.find_first_of(kStarts, at_), pending_.size());
  if (at_ < pending_.size() && pending_[at_] == '/') begin_telegram(at_);
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

/// In the identification or in a data line: on to its end, or to what may be a frame.
void Framer::step_line() {
  const std::size_t limit = std::min(pending_.size(), telegram_limit());
  if (pending_[at_] == kFrameStart) ++at_;
  while (at_ < limit && !is_line_end(pending_[at_]) && pending_[at_] != kFrameStart) ++at_;
  if (at_ < limit && is_line_end(pending_[at_])) end_line();
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
  emit(kind_if_cut(), slash);
  line_ = slash;
  at_ = std::max(at_, slash + 1);
  state_ = State::kIdentification;
}

/// A frame begins at `start`.
void Framer::begin_frame(std::size_t start, std::size_t size) {
  emit(kind_if_cut(), start);
  header_ = kNowhere;
  frame_end_ = start + size;
  at_ = start + 1;
  state_ = State::kFrame;
}

/// On to the end of the frame, or to what shows that it was cut.
bool Framer::step_frame() {
  const std::size_t limit = std::min(pending_.size(), frame_end_);
  for (; at_ < limit; ++at_) {
    if (pending_[at_] == kFrameStart) {
      const FrameHead head = head_at(at_, frame_end_);
      if (head.verdict == FrameHead::Verdict::kMore && limit < frame_end_) return false;
      if (head.verdict == FrameHead::Verdict::kFrame && is_known_title(at_)) {
        begin_frame(at_, head.size);
        return true;
      }
    } else if (is_line_end(pending_[at_])) {
      const std::size_t header = header_above_empty_line();
      if (header == kNowhere) continue;
      at_ = header;
      begin_telegram(header);
      return true;
    }
  }
  if (at_ == frame_end_) end_frame();
  return true;
}

void Framer::end_frame() {
  title_ = pending_.substr(start_ + 2, kTitleSize);
  const std::size_t tail_begin = std::max(start_ + 1, std::max(frame_end_, kTailSize) - kTailSize);
  emit(Kind::kFrame, frame_end_);
  find_tail(tail_begin);
}

/// Where the next stretch may have begun in the frame that was just reported.
void Framer::find_tail(std::size_t from) {
  tail_ = std::min(pending_.find_first_of(kStarts, from), start_);
  work_ += tail_ - from;
  state_ = tail_ < start_ ? State::kFrameTail : State::kIdle;
}

bool Framer::step_frame_tail() {
  const std::string_view seen = std::string_view(pending_).substr(tail_);
  const std::size_t within = start_ - tail_;
  bool begins = false;
  FrameHead head;
  if (seen[0] == kFrameStart) {
    head = head_at(tail_, pending_.size());
    if (head.verdict == FrameHead::Verdict::kMore) return false;
    // A head that was whole within the frame has been looked at.
    const FrameHead earlier = read_frame_head(seen.substr(0, within));
    begins =
        head.verdict == FrameHead::Verdict::kFrame && earlier.verdict == FrameHead::Verdict::kMore;
  } else {
    const std::size_t size = std::min(seen.size(), kHeaderSize);
    std::size_t place = 0;
    while (place < size && fits_header(seen[place], place)) ++place;
    if (place == size && size < kHeaderSize && !finishing_) return false;
    begins = place == kHeaderSize && std::ranges::all_of(seen.substr(0, within), [](char c) {
               return is_printable(c) || is_line_end(c);
             });
  }
  if (!begins) {
    find_tail(tail_ + 1);
    return true;
  }
  offset_ -= within;
  start_ = tail_;
  at_ = tail_;
  state_ = State::kIdle;
  if (seen[0] == kFrameStart) {
    begin_frame(tail_, head.size);
  } else {
    begin_telegram(tail_);
  }
  return true;
}

/// The head at `at`, of which only bytes before `end` count.
FrameHead Framer::head_at(std::size_t at, std::size_t end) const {
  const FrameHead head = read_frame_head(std::string_view(pending_).substr(at, end - at));
  const bool whole =
      head.verdict == FrameHead::Verdict::kFrame && head.size <= pending_.size() - at;
  return finishing_ && !whole ? FrameHead{} : head;
}

/// True if this head, in a frame, has its title or that of the last one, or where any will do.
bool Framer::is_known_title(std::size_t head) const {
  const std::string_view bytes = pending_;
  const std::string_view title = bytes.substr(head + 2, kTitleSize);
  return frame_end_ == kNowhere || title == title_ || title == bytes.substr(start_ + 2, kTitleSize);
}

/// At a CR or LF within a frame that ends an empty line: the header in the line before, if all after
/// it is printable; else kNowhere.
std::size_t Framer::header_above_empty_line() const {
  const std::string_view bytes = std::string_view(pending_).substr(start_, at_ + 1 - start_);
  std::size_t end = bytes.size();
  if (bytes.ends_with("\r\n\r\n")) {
    end -= 4;
  } else if (bytes.ends_with("\n\n") || bytes.ends_with("\r\r")) {
    end -= 2;
  } else {
    return kNowhere;
  }
  std::size_t begin = end;
  while (begin > 1 && end - begin < kLongestHeaderLine && is_printable(bytes[begin - 1])) --begin;
  const std::size_t header = find_header(bytes.substr(begin, end - begin));
  return header == std::string_view::npos ? kNowhere : start_ + begin + header;
}

/// What the bytes before at_ are if something else begins there, or the stream ends.
Stretch::Kind Framer::kind_if_cut() const {
  switch (state_) {
    case State::kIdle:
    case State::kSkip:
    case State::kFrameTail:
      return Kind::kNoise;
    case State::kBang:
    case State::kBangCr:
      return Kind::kTelegram;
    case State::kIdentification:
    case State::kLine:
    case State::kCr:
    case State::kLineStart:
    case State::kFrame:
      return Kind::kFragment;
  }
  return Kind::kNoise;
}

bool Framer::at_telegram_limit() const {
  const bool limited = state_ == State::kIdentification || state_ == State::kLine ||
                       state_ == State::kCr || state_ == State::kLineStart;
  return limited && at_ == telegram_limit();
}

/// At the CR or LF of a line, in any state within a telegram before its '!'.
void Framer::end_line() {
  header_ = kNowhere;
  if (state_ == State::kLine || state_ == State::kIdentification) {
    const std::string_view line = std::string_view(pending_).substr(line_, at_ - line_);
    const std::size_t from = state_ == State::kLine ? 0 : size_through_unprintable(line);
    const std::size_t found = find_header(line.substr(from));
    if (found != std::string_view::npos && (state_ == State::kLine || from > 0)) {
      header_ = line_ + from + found;
    }
    work_ += line.size();
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
  sink_({kind, bytes, offset, finishing_});
}

void Framer::drop_emitted() {
  const std::size_t dropped = state_ == State::kFrameTail ? tail_ : start_;
  if (dropped == 0) return;
  pending_.erase(0, dropped);
  work_ += pending_.size();
  at_ = std::max(at_, start_) - dropped;
  line_ = std::max(line_, start_) - dropped;
  if (header_ != kNowhere) header_ -= dropped;
  if (frame_end_ != kNowhere) frame_end_ -= std::min(frame_end_, dropped);
  tail_ -= std::min(tail_, dropped);
  start_ -= dropped;
}

}  // namespace p1rig
