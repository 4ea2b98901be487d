#include "conformance/learn/whole_telegram.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "conformance/judge/crc_ways.h"
#include "conformance/judge/line_repairs.h"
#include "protocol/telegram.h"

namespace p1rig {
namespace {

/// The algorithm of its CRC; nullptr if none fits, or there is no CRC.
const CrcAlgorithm* algorithm_of(const Telegram& telegram) {
  if (check_crc(telegram) == CrcVerdict::kRight) return CrcWay{}.algorithm;
  for (const CrcWay& way : find_crc_ways(telegram)) {
    const bool is_named = way.deviations() == 1 && way.algorithm != CrcWay{}.algorithm;
    if (is_named) return way.algorithm;
  }
  return nullptr;
}

std::string with_cr_lf(std::string_view bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const bool is_end = bytes[i] == '\r' || bytes[i] == '\n';
    if (bytes.substr(i, 2) == "\r\n") ++i;
    text += is_end ? std::string("\r\n") : std::string(1, bytes[i]);
  }
  if (!text.ends_with("\r\n")) text += "\r\n";
  return text;
}

/// The telegram as a meter sends it, if one of the known changes of line ends made this of it.
std::optional<WholeTelegram> with_line_ends_repaired(std::string_view bytes) {
  const Telegram telegram = decode_telegram(bytes);
  const bool has_crc = !telegram.crc_text.empty();
  if (has_crc && algorithm_of(telegram) != nullptr) return std::nullopt;
  const std::string usual = with_usual_line_ends(bytes);
  if (usual.starts_with(bytes)) return std::nullopt;
  for (const LineRepair& repair : line_repairs()) {
    // Without a CRC, the usual form decides. The framer takes the first end of the last line only.
    std::string undone = repair.undo(bytes);
    if (undone == bytes) continue;
    undone = with_cr_lf(undone);
    if (undone != usual) continue;
    if (has_crc && algorithm_of(decode_telegram(undone)) == nullptr) continue;
    return WholeTelegram{std::move(undone), true, fmt::format("{} ({})", repair.why, repair.id)};
  }
  return std::nullopt;
}

bool is_right(std::string_view bytes) {
  const Telegram telegram = decode_telegram(bytes);
  return telegram.crc_text.empty() || algorithm_of(telegram) != nullptr;
}

std::string printed_crc(std::uint16_t crc, std::string_view like) {
  const bool lower = like.find_first_of("abcdef") != like.npos;
  constexpr std::size_t kDigits = 4;
  std::string text = lower ? fmt::format("{:04x}", crc) : fmt::format("{:04X}", crc);
  if (like.size() < kDigits) text.erase(0, text.find_first_not_of('0'));
  return text.empty() ? "0" : text;
}

}  // namespace

std::optional<WholeTelegram> whole_telegram(std::string_view bytes) {
  const std::string plain = with_cr_lf(bytes);
  const bool other = plain.substr(0, bytes.size()) != bytes;
  if (auto repaired = with_line_ends_repaired(bytes)) return repaired;
  if (is_right(plain)) return WholeTelegram{plain, other, {}};
  if (!other || !is_right(bytes)) return std::nullopt;
  return WholeTelegram{with_crc_of(plain, bytes), true, {}};
}

std::optional<std::string> edited_telegram(std::string_view bytes) {
  std::string plain = with_cr_lf(bytes);
  const Telegram telegram = decode_telegram(plain);
  const bool is_text = std::ranges::all_of(
      plain, [](char c) { return (c >= ' ' && c <= '~') || c == '\r' || c == '\n'; });
  const bool is_clean = is_text && !telegram.lines.empty() && written_crc(telegram) &&
                        std::ranges::all_of(telegram.lines, &DataLine::well_formed);
  if (!is_clean) return std::nullopt;
  const std::uint16_t crc =
      crc_of(*CrcWay{}.algorithm, std::string_view(plain).substr(0, telegram.bang_offset + 1));
  const std::string printed = printed_crc(crc, telegram.crc_text);
  return plain.replace(telegram.bang_offset + 1, telegram.crc_text.size(), printed);
}

std::string with_crc_of(std::string bytes, std::string_view before) {
  const Telegram old = decode_telegram(before);
  const CrcAlgorithm* const algorithm = algorithm_of(old);
  if (algorithm == nullptr) return bytes;
  const Telegram now = decode_telegram(bytes);
  const std::uint16_t crc =
      crc_of(*algorithm, std::string_view(bytes).substr(0, now.bang_offset + 1));
  const std::size_t size = now.crc_text.size();
  const std::size_t at = now.bang_offset + 1;
  return bytes.replace(at, size, printed_crc(crc, old.crc_text));
}

}  // namespace p1rig
