#include "conformance/judge/line_contents.h"

#include <bit>

#include "conformance/judge/detect_dialect.h"
#include "protocol/telegram_decoder.h"
#include "protocol/telegram_stream.h"

namespace p1rig {

ByteFacts::ByteFacts(std::string_view bytes) : size(bytes.size()) {
  for (const char c : bytes) {
    const auto value = static_cast<unsigned char>(c);
    nul += value == 0;
    printable += (value >= ' ' && value <= '~') || value == '\r' || value == '\n';
    high += value >= 0x80;
    even += std::popcount(value) % 2 == 0;
    cr += value == '\r';
    lf += value == '\n';
    flow += value == 0x11 || value == 0x13;
  }
}

LineContents::LineContents(std::string_view all, const std::vector<std::uint64_t>& releases)
    : bytes(all) {
  LossFinder finder;
  for (const std::uint64_t release : releases) finder.see_release(release);
  TelegramDecoder decoder;
  const auto take = [&](Stretch stretch, const Telegram* telegram) {
    if (telegram != nullptr && ends_amid_crc(stretch, *telegram, nullptr)) {
      stretch.kind = Stretch::Kind::kFragment;
      telegram = nullptr;
    }
    for (const Loss& loss : finder.take(stretch)) losses.push_back(loss);
    frame_heads =
        frame_heads || read_frame_head(stretch.bytes).verdict == FrameHead::Verdict::kFrame;
    if (stretch.kind == Stretch::Kind::kFrame) ++frames;
    if (stretch.kind == Stretch::Kind::kOversize) endless.push_back(stretch.offset);
    if (telegram == nullptr) return;
    const TelegramVerdict verdict = verdict_of(*telegram, *detect_dialect(*telegram));
    ++(verdict == TelegramVerdict::kRight ? right : wrong);
    telegrams.push_back(
        {bytes.substr(stretch.offset, stretch.bytes.size()), stretch.offset, verdict});
  };
  TelegramStream stream(decoder, take);
  stream.feed(bytes);
  stream.finish();
  for (const Loss& loss : finder.finish()) losses.push_back(loss);
}

}  // namespace p1rig
