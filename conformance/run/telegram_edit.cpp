#include "conformance/run/telegram_edit.h"

#include <algorithm>

#include "protocol/crc16.h"

namespace p1rig {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

/// "0-n:24.2.1" in a text, with the channel's number for n.
std::string with_channel(std::string text, int channel) {
  const std::string number = std::to_string(channel);
  for (std::size_t at = text.find("0-n:"); at != std::string::npos; at = text.find("0-n:", at)) {
    text.replace(at + 2, 1, number);
  }
  return text;
}

}  // namespace

TelegramEditor::TelegramEditor(std::string text, ContractTelegram& meant,
                               const CrcAlgorithm& crc_algorithm)
    : text_(std::move(text)), meant_(meant), crc_algorithm_(crc_algorithm) {
  for (const auto& [code, value] : meant.values) {
    if (is_mbus_reading(code) && value.kind == ContractValue::Kind::kTimed && first_channel_ == 0) {
      first_channel_ = code.b;
    }
  }
}

Result<Obis> TelegramEditor::code(const std::string& written) const {
  if (written.starts_with("0-n:") && first_channel_ == 0) {
    return fail("this meter has no reading on its M-Bus");
  }
  const auto found = parse_obis(with_channel(written, first_channel_));
  if (!found) return fail("\"" + written + "\" is not an OBIS code");
  return found->code;
}

/// The data line with its line end, including the lines that continue it.
Result<TelegramEditor::Range> TelegramEditor::find_line(const std::string& written) const {
  const auto found = code(written);
  if (!found) return tl::make_unexpected(found.error());
  const std::string head = std::string(kLineEnd) + to_string(*found) + "(";
  const std::size_t at = text_.find(head);
  if (at == std::string::npos) return fail("this meter sends no object " + to_string(*found));
  const std::size_t begin = at + kLineEnd.size();
  std::size_t end = text_.find(kLineEnd, begin);
  while (end != std::string::npos && text_.compare(end + kLineEnd.size(), 1, "(") == 0) {
    end = text_.find(kLineEnd, end + kLineEnd.size());
  }
  return Range{begin, end == std::string::npos ? text_.size() : end + kLineEnd.size()};
}

Result<std::string> TelegramEditor::brackets(const std::string& written) const {
  const auto line = find_line(written);
  if (!line) return tl::make_unexpected(line.error());
  const std::size_t open = text_.find('(', line->begin);
  const std::size_t end = text_.compare(line->end - kLineEnd.size(), kLineEnd.size(), kLineEnd) == 0
                              ? line->end - kLineEnd.size()
                              : line->end;
  return text_.substr(open, end - open);
}

/// What the Truth said about this object no longer holds.
void TelegramEditor::forget(Obis code) {
  meant_.values.erase(code);
  if (is_mbus_object(code)) meant_.mbus.reset();
  if (code.a == 1 && code.d == 8) meant_.import = meant_.exported = {};
}

Result<void> TelegramEditor::apply(const CaseStep& step) {
  if (step.identification) {
    text_.replace(1, text_.find(kLineEnd) - 1, *step.identification);
  }
  for (const auto& [written, brackets] : step.replace) {
    const auto line = find_line(written);
    if (!line) return tl::make_unexpected(line.error());
    const Obis found = *code(written);
    text_.replace(
        line->begin, line->end - line->begin,
        to_string(found) + with_channel(brackets, first_channel_) + std::string(kLineEnd));
    forget(found);
    uncertain_.push_back(found);
  }
  for (const std::string& written : step.remove) {
    const auto line = find_line(written);
    if (!line) return tl::make_unexpected(line.error());
    text_.erase(line->begin, line->end - line->begin);
    forget(*code(written));
  }
  for (const std::string& written : step.add) {
    const std::string line = with_channel(written, first_channel_);
    const std::size_t bang = text_.rfind('!');
    text_.insert(bang, line + std::string(kLineEnd));
    const auto added = parse_obis(std::string_view(line).substr(0, line.find('(')));
    if (!added) continue;
    forget(added->code);
    uncertain_.push_back(added->code);
  }
  renew_crc();
  return {};
}

std::string_view crc_in(std::string_view telegram) {
  const std::string_view behind = telegram.substr(telegram.rfind('!') + 1);
  return behind.substr(0, behind.find(kLineEnd));
}

void TelegramEditor::renew_crc() {
  constexpr std::size_t kDigits = 4;
  const std::size_t bang = text_.rfind('!');
  if (text_.compare(bang + 1, kLineEnd.size(), kLineEnd) == 0) return;  // none is sent
  const std::string_view covered(text_.data(), bang + 1);
  text_.replace(bang + 1, kDigits, to_hex(crc_of(crc_algorithm_, covered)));
}

}  // namespace p1rig
