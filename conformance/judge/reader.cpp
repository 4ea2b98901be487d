#include "conformance/judge/reader.h"

#include <utility>

#include "conformance/judge/stretch_judge.h"

namespace p1rig {

std::string_view to_string(Reject reason) {
  switch (reason) {
    case Reject::kCrc:
      return "crc";
    case Reject::kSyntax:
      return "syntax";
    case Reject::kDecrypt:
      return "decrypt";
    case Reject::kTag:
      return "tag";
    case Reject::kTimeout:
      return "timeout";
    case Reject::kOversize:
      return "oversize";
    case Reject::kOther:
      break;
  }
  return "other";
}

std::optional<Reject> judge_telegram(const Telegram& telegram, const Dialect& dialect) {
  switch (verdict_of(telegram, dialect)) {
    case TelegramVerdict::kCrcMissing:
    case TelegramVerdict::kCrcMalformed:
    case TelegramVerdict::kCrcWrong:
      return Reject::kCrc;
    case TelegramVerdict::kEmpty:
      return Reject::kSyntax;
    case TelegramVerdict::kDamaged:  // a complete line is all there is
    case TelegramVerdict::kRight:
      break;
  }
  return std::nullopt;
}

ReferenceReader::ReferenceReader(const Dialect* dialect, Sink sink,
                                 const std::optional<FrameKeys>& keys,
                                 std::optional<ClockRule> clock)
    : dialect_(dialect),
      clock_(std::move(clock)),
      sink_(std::move(sink)),
      stream_(decoder_, [this](const Stretch& stretch, const Telegram* telegram) {
        take(stretch, telegram);
      }) {
  if (dialect != nullptr) given_.emplace(*dialect);
  if (keys) cipher_.emplace(*keys);
}

void ReferenceReader::feed(std::string_view bytes) { stream_.feed(bytes); }

void ReferenceReader::finish() { stream_.finish(); }

void ReferenceReader::take(const Stretch& stretch, const Telegram* telegram) {
  if (telegram != nullptr) {
    if (ends_amid_crc(stretch, *telegram, dialect_)) return;
    return take_telegram(*telegram, {});
  }
  if (stretch.kind == Stretch::Kind::kOversize) return reject(Reject::kOversize);
  if (stretch.kind == Stretch::Kind::kFrame) return take_frame(stretch.bytes);
  const bool of_frame = stretch.kind == Stretch::Kind::kFragment && stretch.bytes[0] == kFrameStart;
  if (of_frame) reject(Reject::kSyntax);
}

void ReferenceReader::take_frame(std::string_view bytes) {
  const auto frame = parse_frame(bytes);
  if (!cipher_ || !frame) return reject(Reject::kDecrypt);
  std::string telegram;
  if (!cipher_->open(*frame, telegram)) return reject(Reject::kTag);
  const CounterStep step = track_.step(frame->title, frame->counter);
  const bool replay = step == CounterStep::kRepeated || step == CounterStep::kFell;
  take_telegram(decoder_.decode(telegram), replay ? "replay" : "");
}

void ReferenceReader::take_telegram(const Telegram& telegram, std::string_view flag) {
  const Origin& found = given_ ? *given_ : origins_.of(telegram);
  if (const auto reason = judge_telegram(telegram, *found.dialect)) return reject(*reason);
  ++(flag.empty() ? accepted_ : rejected_);
  if (!clock_) {
    return sink_(to_json_line(telegram, found, flag, found.normal_offset ? "" : kClockUnknown));
  }
  Origin origin = found;
  origin.normal_offset = clock_->normal_offset;
  sink_(to_json_line(telegram, origin, flag,
                     clock_in_words(with_clock(*origin.dialect, *clock_), clock_->said_by)));
}

void ReferenceReader::reject(Reject reason) {
  ++rejected_;
  sink_("{\"reject\":\"" + std::string(to_string(reason)) + "\"}");
}

}  // namespace p1rig
