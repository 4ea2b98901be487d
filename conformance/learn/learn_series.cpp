#include "conformance/learn/learn_series.h"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/decimal.h"
#include "protocol/unit.h"
#include "protocol/wording.h"

namespace p1rig {
namespace {

constexpr std::size_t kMostObjects = 2000;  ///< a meter has tens of them

}  // namespace

Result<void> SeriesLearner::take(const Telegram& telegram, TimeLearner::Received received) {
  if (const auto other = meter_.take(telegram)) {
    return fail(*other + "; keep the telegrams of one in a file of its own");
  }
  ++telegrams_;
  for (const DataLine& line : telegram.lines) take_object(line);
  times_.take(telegram, received);
  const bool is_richer =
      telegram.lines.size() > most_objects_ ||
      (telegram.lines.size() == most_objects_ && telegram.bytes.size() > richest_.size());
  if (telegrams_ == 1 || is_richer) {
    richest_ = telegram.bytes;
    most_objects_ = telegram.lines.size();
  }
  return {};
}

void SeriesLearner::take_object(const DataLine& line) {
  if (!line.code) return;
  const std::string code = to_string(line.code->code);
  if (objects_.size() >= kMostObjects && !objects_.contains(code)) return;
  Seen& seen = objects_[code];
  ++seen.count;
  std::string value;
  for (const Bracket& bracket : line.brackets) value += fmt::format("({})", bracket.text);
  if (seen.count > 1 && value != seen.last) ++seen.changes;
  seen.last = std::move(value);
  seen.widths.resize(std::max(seen.widths.size(), line.brackets.size()));
  for (std::size_t i = 0; i < line.brackets.size(); ++i) {
    const std::string_view digits = split_unit(line.brackets[i].text).value;
    const auto number = parse_decimal(digits);
    if (!number) continue;
    seen.widths[i].insert(number->width);
    if (number->minus) numbers_.negative.emplace(code, i);
    const bool has_zero =
        number->width - number->decimals > 1 && digits[number->minus ? 1 : 0] == '0';
    if (has_zero) numbers_.padded.emplace(code, i);
  }
}

NumberForms SeriesLearner::numbers() const {
  NumberForms forms = numbers_;
  for (const auto& [code, seen] : objects_) {
    for (std::size_t i = 0; i < seen.widths.size(); ++i) {
      if (seen.widths[i].size() > 1) forms.any_width.emplace(code, i);
    }
  }
  return forms;
}

std::vector<std::string> SeriesLearner::notes() const {
  std::vector<std::string> notes;
  if (telegrams_ < 2) return notes;
  std::string constant;
  for (const auto& [code, seen] : objects_) {
    if (seen.count < telegrams_) {
      notes.push_back(fmt::format("{}: comes and goes: in {} of {}", code, seen.count,
                                  counted(telegrams_, "telegram")));
    } else if (seen.count > telegrams_) {
      notes.push_back(fmt::format("{}: comes more than once", code));
    }
    if (seen.changes == 0) constant += " " + code;
  }
  if (!constant.empty()) {
    notes.push_back(
        fmt::format("the same in all {}:{}", counted(telegrams_, "telegram"), constant));
  }
  return notes;
}

}  // namespace p1rig
