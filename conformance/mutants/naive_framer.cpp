#include "conformance/mutants/naive_framer.h"

#include <algorithm>
#include <cctype>

#include "protocol/ascii.h"

namespace p1rig {
namespace {

constexpr std::size_t kMostCrcDigits = 4;
constexpr std::size_t kMostPending = 92160;

}  // namespace

bool NaiveFramer::is_line_start(std::size_t at) const {
  return at > 0 && is_line_end(pending_[at - 1]);
}

/// "/ISK5…" at `at`, whose line is followed by an empty one before `end`.
bool NaiveFramer::is_header_before_blank_line(std::size_t at, std::size_t end) const {
  constexpr std::size_t kHeader = 5;
  if (at + kHeader >= end) return false;
  for (std::size_t i = 1; i < kHeader - 1; ++i) {
    if (std::isalpha(static_cast<unsigned char>(pending_[at + i])) == 0) return false;
  }
  if (std::string_view("359").find(pending_[at + kHeader - 1]) == std::string_view::npos)
    return false;
  std::size_t line_end = at;
  while (line_end < end && !is_line_end(pending_[line_end])) ++line_end;
  const std::string_view rest = std::string_view(pending_).substr(line_end, end - line_end);
  return rest.starts_with("\r\n\r\n") || rest.starts_with("\n\n") || rest.starts_with("\r\r");
}

bool NaiveFramer::may_begin(std::size_t slash, std::size_t bang) const {
  if (framing_.slash_anywhere || is_line_start(slash)) return true;
  return is_header_before_blank_line(slash, bang);
}

/// The '!' that ends a telegram, or npos; what comes before the first '/' does not count.
std::size_t NaiveFramer::find_bang() const {
  std::size_t from = scanned_;
  if (!framing_.begins_anywhere && !framing_.bang_opens) {
    const std::size_t slash = pending_.find('/');
    if (slash == std::string::npos) return slash;
    from = std::max(from, slash);
  }
  for (std::size_t at = pending_.find('!', from); at != std::string::npos;
       at = pending_.find('!', at + 1)) {
    if (framing_.bang_anywhere || framing_.bang_opens || is_line_start(at)) return at;
  }
  return std::string::npos;
}

/// Where the telegram that ends with this '!' began; npos if there is no '/'.
std::size_t NaiveFramer::find_begin(std::size_t bang) const {
  if (framing_.begins_anywhere) return 0;
  const std::size_t first = pending_.find('/');
  if (first == std::string::npos || first > bang) return std::string::npos;
  if (framing_.never_restarts) return first;
  std::size_t begin = first;
  for (std::size_t at = pending_.find('/', first + 1); at < bang; at = pending_.find('/', at + 1)) {
    if (may_begin(at, bang)) begin = at;
  }
  return begin;
}

bool NaiveFramer::fits(std::string_view telegram) const {
  if (framing_.buffer > 0 && telegram.size() > framing_.buffer) return false;
  if (framing_.line_buffer == 0) return true;
  for (std::size_t at = 0; at < telegram.size();) {
    const std::size_t end = std::min(telegram.find('\n', at), telegram.size());
    if (end - at > framing_.line_buffer) return false;
    at = end + 1;
  }
  return true;
}

void NaiveFramer::report(std::size_t begin, std::size_t end) {
  const std::string_view telegram = std::string_view(pending_).substr(begin, end - begin);
  if (skip_next_ || !fits(telegram)) {
    skip_next_ = false;
    return;
  }
  if (!sink_(telegram)) skip_next_ = framing_.skips_after_bad;
}

/// True if one was taken, and there may be more.
bool NaiveFramer::take_one() {
  const std::size_t bang = find_bang();
  if (bang == std::string::npos) return false;
  std::size_t end = bang + 1;
  while (end < pending_.size() && end - bang <= kMostCrcDigits && !is_line_end(pending_[end]) &&
         pending_[end] != '/') {
    ++end;
  }
  const bool digits_whole = end - bang > kMostCrcDigits;
  if (end == pending_.size() && !digits_whole) return false;
  if (end < pending_.size() && pending_[end] == '\r') {
    // An LF belongs to it, which may not have come yet.
    if (end + 1 == pending_.size()) return false;
    ++end;
  }
  if (end == pending_.size() && digits_whole) return false;
  if (pending_[end] == '\n') ++end;
  const std::size_t begin = find_begin(bang);
  if (begin == std::string::npos) {
    skip_next_ = framing_.bang_opens;
  } else {
    const std::size_t first = pending_.find('/');
    if (framing_.tells_fragments && first < begin) report(first, begin);
    report(begin, end);
  }
  pending_.erase(0, end);
  scanned_ = 0;
  if (framing_.needs_line_between && pending_.starts_with('/') && end > 0) {
    // Its '/' was read as the end of the line before.
    pending_.erase(0, 1);
  }
  return true;
}

void NaiveFramer::feed(std::string_view bytes) {
  if (stopped_) return;
  pending_.append(bytes);
  if (oversize_) {
    std::size_t slash = pending_.find("\n/");
    if (slash == std::string::npos) slash = pending_.find("\r/");
    if (slash == std::string::npos) {
      pending_.erase(0, pending_.size() - std::min<std::size_t>(pending_.size(), 1));
      return;
    }
    pending_.erase(0, slash + 1);
    oversize_ = false;
  }
  while (take_one()) {
  }
  // A '!' at the very end may be whole with the next byte.
  const std::size_t keep = kMostCrcDigits + 2;
  scanned_ = pending_.size() - std::min(pending_.size(), keep);
  if (pending_.size() > kMostPending) {
    stopped_ = framing_.stops_when_full;
    oversize_ = true;
    pending_.erase(0, pending_.size() - 1);
    scanned_ = 0;
  }
  const bool idle = pending_.find('/') == std::string::npos;
  const bool keeps_noise = framing_.begins_anywhere || framing_.bang_opens;
  if (idle && !keeps_noise && pending_.size() > 1 && !oversize_) {
    pending_.erase(0, pending_.size() - 1);
    scanned_ = 0;
  }
}

void NaiveFramer::pause(std::chrono::nanoseconds duration) {
  if (framing_.gap_loses.count() > 0 && duration >= framing_.gap_loses) finish();
}

void NaiveFramer::finish() {
  pending_.clear();
  scanned_ = 0;
}

}  // namespace p1rig
