#include "conformance/judge/stretch_judge.h"

#include <algorithm>

#include "conformance/judge/detect_dialect.h"
#include "protocol/ascii.h"

namespace p1rig {
namespace {

using Kind = Stretch::Kind;

bool names_version(const Telegram& telegram) {
  constexpr Obis kDutchVersion{1, 3, 0, 2, 8};
  constexpr Obis kBelgianVersion{0, 0, 96, 1, 4};
  return telegram.find(kDutchVersion) != nullptr || telegram.find(kBelgianVersion) != nullptr;
}

bool is_blank(std::string_view bytes) { return std::ranges::all_of(bytes, is_line_end); }

bool is_clean(const Telegram& telegram) {
  return std::ranges::all_of(telegram.lines, &DataLine::well_formed) &&
         std::ranges::all_of(telegram.bytes,
                             [](char c) { return is_line_end(c) || (c >= ' ' && c <= '~'); });
}

}  // namespace

TelegramVerdict verdict_of(const Telegram& telegram, const Dialect& dialect) {
  const CrcVerdict crc = check_crc(telegram);
  const bool needs_crc = dialect.has_crc || names_version(telegram);
  if (crc == CrcVerdict::kAbsent && needs_crc) return TelegramVerdict::kCrcMissing;
  if (crc == CrcVerdict::kMalformed) return TelegramVerdict::kCrcMalformed;
  if (crc == CrcVerdict::kWrong) return TelegramVerdict::kCrcWrong;
  const bool says_something = std::ranges::any_of(telegram.lines, [](const DataLine& line) {
    return line.code.has_value() && !line.brackets.empty();
  });
  if (!says_something) return TelegramVerdict::kEmpty;
  if (crc == CrcVerdict::kAbsent && !is_clean(telegram)) return TelegramVerdict::kDamaged;
  return TelegramVerdict::kRight;
}

bool ends_amid_crc(const Stretch& stretch, const Telegram& telegram, const Dialect* dialect) {
  constexpr std::size_t kDigits = 4;
  const std::size_t bang = stretch.bytes.rfind('!');
  if (!stretch.at_end || bang == stretch.bytes.npos || stretch.bytes.size() - bang > kDigits ||
      is_line_end(stretch.bytes.back())) {
    return false;
  }
  switch (verdict_of(telegram, dialect != nullptr ? *dialect : *detect_dialect(telegram))) {
    case TelegramVerdict::kCrcMissing:
    case TelegramVerdict::kCrcMalformed:
    case TelegramVerdict::kCrcWrong:
      return true;
    case TelegramVerdict::kEmpty:
    case TelegramVerdict::kDamaged:
    case TelegramVerdict::kRight:
      break;
  }
  return false;
}

void LossFinder::see_release(std::uint64_t offset) {
  if (releases_.empty() || releases_.back() != offset) releases_.push_back(offset);
}

std::vector<Loss> LossFinder::take(const Stretch& stretch) {
  std::vector<Loss> found;
  if (frame_ && stretch.offset < frame_->offset + frame_->announced) {
    frame_->size = stretch.offset - frame_->offset;
    if (!is_released_within(frame_->offset, stretch.offset)) found.push_back(*frame_);
  }
  frame_.reset();
  if (stretch.kind == Kind::kNoise) {
    take_noise(stretch, found);
  } else {
    settle(found);
    if (stretch.kind == Kind::kFragment) {
      take_fragment(stretch);
    } else {
      seen_whole_ = true;
    }
    if (stretch.kind == Kind::kFrame) {
      frame_ = Loss{Loss::Kind::kFrameOverrun, stretch.offset, 0, stretch.bytes.size(), false};
    }
  }
  seen_any_ = true;
  in_oversize_ = stretch.kind == Kind::kOversize || (in_oversize_ && stretch.kind == Kind::kNoise);
  const std::uint64_t open = pending_ ? pending_->loss.offset : stretch.offset;
  std::erase_if(releases_, [open](std::uint64_t release) { return release < open; });
  return found;
}

std::vector<Loss> LossFinder::finish() {
  std::vector<Loss> found;
  constexpr std::size_t kFewStray = 16;
  const bool is_innocent =
      pending_ && (pending_->loss.kind != Loss::Kind::kStray || pending_->loss.size <= kFewStray);
  if (!is_innocent) settle(found);
  *this = {};
  return found;
}

/// Noise comes in pieces. What follows an oversize is the rest of that.
void LossFinder::take_noise(const Stretch& stretch, std::vector<Loss>& found) {
  if (in_oversize_) return;
  // The first bytes of a frame are taken for noise where the stream ends within its head.
  if (read_frame_head(stretch.bytes).verdict == FrameHead::Verdict::kMore) return settle(found);
  const bool goes_on = pending_ && pending_->loss.kind == Loss::Kind::kStray;
  if (!goes_on) {
    settle(found);
    pending_ = {{Loss::Kind::kStray, stretch.offset, 0, 0, !seen_any_}, !seen_whole_, true};
  }
  pending_->loss.size += stretch.bytes.size();
  pending_->blank = pending_->blank && is_blank(stretch.bytes);
  // A reader joins no earlier than the previous telegram the first complete one.
  if (pending_->loss.size > Framer::kMaxTelegram) pending_->innocent = false;
}

void LossFinder::take_fragment(const Stretch& stretch) {
  Loss loss{Loss::Kind::kTelegramCut, stretch.offset, stretch.bytes.size(), 0, !seen_any_};
  const bool is_frame = stretch.bytes.front() == kFrameStart;
  if (is_frame) {
    loss.kind = Loss::Kind::kFrameCut;
    loss.announced = read_frame_head(stretch.bytes).size;
  }
  // A '/' within a telegram joined in the middle does not start one.
  const bool is_tail = !seen_whole_ && !is_frame && !is_header(stretch.bytes);
  pending_ = {loss, is_tail, false};
}

/// Something follows what was pending.
void LossFinder::settle(std::vector<Loss>& found) {
  if (!pending_) return;
  const Loss& loss = pending_->loss;
  const bool released =
      loss.kind != Loss::Kind::kStray && is_released_within(loss.offset, loss.offset + loss.size);
  if (!pending_->innocent && !pending_->blank && !released) found.push_back(loss);
  pending_.reset();
}

bool LossFinder::is_released_within(std::uint64_t begin, std::uint64_t end) const {
  return std::ranges::any_of(
      releases_, [&](std::uint64_t release) { return begin <= release && release <= end; });
}

}  // namespace p1rig
