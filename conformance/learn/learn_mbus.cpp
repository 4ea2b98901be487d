#include "conformance/learn/learn_mbus.h"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/judge/medium.h"
#include "protocol/unit.h"

namespace p1rig {
namespace {

constexpr std::string_view kUnlinked = "unlinked";

std::size_t end_of(const Telegram& telegram, std::size_t index) {
  return index + 1 < telegram.lines.size() ? telegram.lines[index + 1].offset
                                           : telegram.bang_offset;
}

/// The media that count in this unit, that of the device type first.
std::vector<std::string_view> media_in(std::string_view unit, std::string_view type) {
  const auto known = find_unit(unit);
  if (!known) return {};
  const auto number = parse_decimal(type);
  constexpr std::int64_t kWater = 7, kWarmWater = 6, kColdest = 10, kCooling = 11;
  const std::int64_t code = number ? number->digits : 0;
  switch (known->dimension) {
    case Dimension::kVolume:
      if (code == kWater || code == kWarmWater) return {"water", "gas"};
      return {"gas", "water"};
    case Dimension::kHeat:
      if (code == kColdest || code == kCooling) return {"cold", "heat"};
      return {"heat", "cold"};
    case Dimension::kActiveEnergy:
      return {"electricity"};
    default:
      return {};
  }
}

std::string_view usual_unit(std::string_view type) {
  const auto number = parse_decimal(type);
  const DeviceMedium* const medium = number ? medium_of_type(number->digits) : nullptr;
  return medium == nullptr ? "m3" : medium->unit;
}

/// 0-1: becomes 0-n:, at the start of the line and within its brackets.
void put_channel_letters(std::string_view bytes, std::size_t begin, std::size_t end, int channel,
                         TextEdits& edits) {
  const std::string name = fmt::format("0-{}:", channel);
  for (std::size_t at = begin; (at = bytes.find(name, at)) < end; at += name.size()) {
    const char before = at == 0 ? '\n' : bytes[at - 1];
    if (before == '\n' || before == '\r' || before == '(') edits.put(at + 2, 1, "n");
  }
}

}  // namespace

MbusPart find_mbus_part(const Telegram& telegram) {
  MbusPart best, run;
  const auto end_run = [&] {
    if (run.lines.size() > best.lines.size()) best = run;
    run = {};
  };
  for (std::size_t i = 0; i < telegram.lines.size(); ++i) {
    const DataLine& line = telegram.lines[i];
    if (!line.code || !is_mbus_object(line.code->code)) {
      end_run();
      continue;
    }
    if (run.empty()) run.begin = line.offset;
    run.end = end_of(telegram, i);
    run.lines.push_back(&line);
  }
  end_run();
  return best;
}

void DeviceLearner::note(int channel, std::string_view what) {
  notes_.push_back(fmt::format("M-Bus channel {}: {}", channel, what));
}

void DeviceLearner::run(const MbusPart& part) {
  for (std::size_t i = 0; i < part.lines.size();) {
    std::vector<const DataLine*> lines;
    const int channel = part.lines[i]->code->code.b;
    for (; i < part.lines.size() && part.lines[i]->code->code.b == channel; ++i) {
      lines.push_back(part.lines[i]);
    }
    const std::size_t end = i < part.lines.size() ? part.lines[i]->offset : part.end;
    Block block = block_of(lines, end);
    if (literal_.empty() && take(block)) {
      last_channel_ = channel;
      continue;
    }
    const std::size_t begin = lines.front()->offset;
    literal_ += template_text(telegram_.bytes.substr(begin, end - begin));
    note(channel, "no block can print it beside the others; kept as it is");
  }
  // Free channels are printed up to the last one, or not at all.
  for (const int channel : unlinked_) channels_ = std::max(channels_, channel);
}

/// Whether the block can be that of a medium, or of channels that are free.
bool DeviceLearner::take(const Block& block) {
  const int channel = block.device.channel;
  if (channel <= last_channel_) return false;
  const auto fits = [&](std::string_view medium) {
    const auto known = blocks_.find(std::string(medium));
    return known == blocks_.end() || known->second == block.text;
  };
  if (!block.has_hole && block.device.time.empty()) {
    const std::size_t before = devices_.size() + unlinked_.size();
    if (!fits(kUnlinked) || static_cast<std::size_t>(channel) != before + 1) return false;
    blocks_[std::string(kUnlinked)] = block.text;
    unlinked_.push_back(channel);
    return true;
  }
  for (const std::string_view medium : block.media) {
    if (!fits(medium)) continue;
    blocks_[std::string(medium)] = block.text;
    devices_.push_back(block.device);
    devices_.back().medium = medium;
    return true;
  }
  return false;
}

DeviceLearner::Block DeviceLearner::block_of(const std::vector<const DataLine*>& lines,
                                             std::size_t end) {
  Block block;
  block.device.channel = lines.front()->code->code.b;
  TextEdits edits;
  const std::size_t begin = lines.front()->offset;
  put_channel_letters(telegram_.bytes, begin, end, block.device.channel, edits);
  std::string_view type, unit;
  for (const DataLine* line : lines) {
    const Obis code = line->code->code;
    if (code.c == 24 && code.d == 1 && !line->brackets.empty()) type = line->brackets[0].text;
    if (!is_mbus_reading(code) || line->brackets.empty()) continue;
    unit = split_unit(line->brackets.back().text).unit;
    constexpr std::size_t kUnitBracket = 5;
    if (code.d == 3 && line->brackets.size() > kUnitBracket)
      unit = line->brackets[kUnitBracket].text;
  }
  block.media = media_in(unit.empty() ? usual_unit(type) : unit, type);
  for (const DataLine* line : lines) {
    if (!line->well_formed || options_.literal.contains(line->line)) continue;
    learn_line(*line, edits, block);
  }
  block.text = edits.apply(telegram_.bytes, begin, end);
  return block;
}

void DeviceLearner::learn_line(const DataLine& line, TextEdits& edits, Block& block) {
  const Obis code = line.code->code;
  if (is_mbus_reading(code)) return learn_reading(line, edits, block);
  if (line.brackets.size() != 1) return;
  if (code.c == 96 && code.d == 1) {
    const bool is_ean = code.e == 2;
    learn_identifier(line, is_ean ? "ean" : "id", edits,
                     is_ean ? block.device.ean : block.device.id, block);
  } else if (code.c == 24 && code.d == 4) {
    const std::string_view text = line.brackets[0].text;
    if (text.size() == 1 && text[0] >= '0' && text[0] <= '9' && block.device.valve.empty()) {
      block.device.valve = text;
      edits.put(line.brackets[0], "{valve I1}");
    }
  }
}

void DeviceLearner::learn_identifier(const DataLine& line, std::string_view name, TextEdits& edits,
                                     std::string& value, Block& block) {
  const auto hole = holes_.text(line.brackets[0]);
  if (!hole || hole->value.empty()) return;
  if (!value.empty() && value != hole->value) {
    return note(block.device.channel, "has two identifiers; the second is kept as it is");
  }
  value = hole->value;
  block.has_hole = true;
  edits.put(line.brackets[0], fmt::format("{{{} {}}}", name, hole->format));
}

void DeviceLearner::learn_reading(const DataLine& line, TextEdits& edits, Block& block) {
  const std::size_t last = line.brackets.size() - 1;
  if (line.brackets.size() < 2 || !block.device.reading.empty()) return;
  if (const auto time = holes_.time(line.brackets[0])) {
    edits.put(line.brackets[0], fmt::format("{{time {}}}", time->format));
    block.device.time = time->value;
  } else {
    note(block.device.channel, "its time is none of this clock; kept as it is");
  }
  if (block.media.empty()) return;
  static constexpr std::string_view kUnits[] = {"m3", "GJ", "kWh"};
  const std::string_view first = block.media.front();
  const bool is_volume = first == "gas" || first == "water";
  const KnownObject reading{"", "reading",
                            is_volume                ? kUnits[0]
                            : first == "electricity" ? kUnits[2]
                                                     : kUnits[1],
                            KnownObject::Kind::kRegister};
  const auto hole = holes_.number(line, last, reading);
  if (!hole) return;
  // A channel without device prints zeros, often without unit and in fewer digits.
  const bool says_nothing = block.device.time.empty() && block.device.id.empty() &&
                            hole->value.find_first_of("123456789") > hole->value.find(' ');
  if (says_nothing) return;
  block.has_hole = true;
  block.device.reading = hole->value;
  edits.put(line.brackets[last], fmt::format("{{reading {}}}", hole->format));
}

}  // namespace p1rig
