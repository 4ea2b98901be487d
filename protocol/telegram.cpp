#include "protocol/telegram.h"

#include <algorithm>
#include <charconv>

#include "protocol/crc16.h"

namespace p1rig {
namespace {

struct TextLine {
  std::string_view text;   ///< without its end
  std::size_t offset = 0;  ///< of the text in the telegram
  std::size_t number = 0;  ///< 1-based
};

/// Hands out the lines one by one; they end CR LF, LF or CR.
class LineReader {
 public:
  explicit LineReader(std::string_view bytes) : bytes_(bytes) {}

  bool next(TextLine& line) {
    if (at_ >= bytes_.size()) return false;
    const std::size_t end = std::min(bytes_.find_first_of("\r\n", at_), bytes_.size());
    line = {bytes_.substr(at_, end - at_), at_, ++number_};
    at_ = end + (bytes_.substr(end, 2) == "\r\n" ? 2 : 1);
    return true;
  }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  std::size_t number_ = 0;
};

/// The ')' that ends the bracket whose text begins at `begin`; the size if there is none. It is
/// the first one, so that a stray '(' in a message swallows nothing, but "((ER11))" stays one
/// bracket (github.com/esphome/esphome/issues/13751): a ')' that pairs with an inner '(' and is
/// followed by another ')' belongs to the text.
std::size_t find_bracket_end(std::string_view text, std::size_t begin) {
  std::size_t inner = 0;
  for (std::size_t i = begin; i < text.size(); ++i) {
    if (text[i] == '(') ++inner;
    if (text[i] != ')') continue;
    if (inner == 0 || i + 1 == text.size() || text[i + 1] != ')') return i;
    --inner;
  }
  return text.size();
}

/// Appends the brackets of `line` from `at` on; false if anything is beside them or one is
/// left open.
bool take_brackets(const TextLine& line, std::size_t at, std::vector<Bracket>& brackets) {
  const std::string_view text = line.text;
  bool clean = true;
  while (at < text.size()) {
    const std::size_t open = std::min(text.find('(', at), text.size());
    if (open != at) clean = false;
    if (open == text.size()) break;
    const std::size_t close = find_bracket_end(text, open + 1);
    if (close == text.size()) clean = false;
    const std::string_view inner = text.substr(open + 1, close - open - 1);
    brackets.push_back(
        {inner, line.offset + open + 1, line.number, parse_decimal(split_unit(inner).value)});
    at = close + 1;
  }
  return clean;
}

DataLine decode_data_line(const TextLine& line) {
  DataLine data;
  data.text = line.text;
  data.offset = line.offset;
  data.line = line.number;
  data.code_text = line.text.substr(0, line.text.find('('));
  data.code = parse_obis(data.code_text);
  const bool clean = take_brackets(line, data.code_text.size(), data.brackets);
  data.well_formed = clean && data.code.has_value() && !data.brackets.empty();
  return data;
}

void add_data_line(const TextLine& line, std::vector<DataLine>& lines) {
  if (line.text.starts_with('(') && !lines.empty()) {
    DataLine& previous = lines.back();
    if (!take_brackets(line, 0, previous.brackets)) previous.well_formed = false;
  } else {
    lines.push_back(decode_data_line(line));
  }
}

}  // namespace

const DataLine* Telegram::find(Obis code) const {
  const auto found = std::ranges::find_if(
      lines, [code](const DataLine& line) { return line.code && line.code->code == code; });
  return found == lines.end() ? nullptr : &*found;
}

Telegram decode_telegram(std::string_view bytes) {
  Telegram telegram;
  telegram.bytes = bytes;
  telegram.bang_offset = bytes.size();
  LineReader reader(bytes);
  TextLine line;
  while (reader.next(line)) {
    if (line.number == 1 && line.text.starts_with('/')) {
      telegram.identification = line.text.substr(1);
    } else if (line.text.starts_with('!')) {
      telegram.has_bang = true;
      telegram.bang_offset = line.offset;
      telegram.crc_text = line.text.substr(1);
      break;
    } else if (!line.text.empty()) {
      add_data_line(line, telegram.lines);
    }
  }
  return telegram;
}

std::optional<std::uint16_t> written_crc(const Telegram& telegram) {
  const std::string_view text = telegram.crc_text;
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  const bool wholly = error == std::errc() && end == text.data() + text.size();
  return wholly && text.size() <= 4 ? std::optional(number) : std::nullopt;
}

CrcVerdict check_crc(const Telegram& telegram) {
  if (telegram.crc_text.empty()) return CrcVerdict::kAbsent;
  const auto sent = written_crc(telegram);
  if (!sent) return CrcVerdict::kMalformed;
  const auto covered = telegram.bytes.substr(0, telegram.bang_offset + 1);
  return crc16(covered) == *sent ? CrcVerdict::kRight : CrcVerdict::kWrong;
}

ValueAndUnit split_unit(std::string_view bracket) {
  const std::size_t star = bracket.rfind('*');
  if (star == std::string_view::npos) return {bracket, {}};
  return {bracket.substr(0, star), bracket.substr(star + 1)};
}

}  // namespace p1rig
