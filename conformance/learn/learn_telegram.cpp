#include "conformance/learn/learn_telegram.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "conformance/judge/crc_ways.h"
#include "conformance/judge/printable_text.h"
#include "conformance/judge/rule_shape.h"
#include "conformance/learn/known_objects.h"
#include "conformance/learn/learn_mbus.h"
#include "conformance/learn/template_text.h"
#include "protocol/hex.h"
#include "protocol/unit.h"

namespace p1rig {
namespace {

using Kind = KnownObject::Kind;

constexpr Obis kClock{0, 0, 1, 0, 0};
constexpr Obis kFailureLog{1, 0, 99, 97, 0};
constexpr Obis kMonthPeak{1, 0, 1, 6, 0};
constexpr Obis kMonths{0, 0, 98, 1, 0};
constexpr Obis kFuseL1{1, 0, 31, 4, 0}, kFuseL2{1, 0, 51, 4, 0};

class TelegramLearner {
 public:
  TelegramLearner(const Telegram& telegram, const TelegramOptions& options)
      : telegram_(telegram), options_(options), holes_(telegram, options) {}

  LearnedTelegram run() {
    const MbusPart part = find_mbus_part(telegram_);
    for (const DataLine& line : telegram_.lines) {
      const bool is_device = part.has(line);
      if (!is_device && line.code && !options_.literal.contains(line.line)) learn_line(line);
      if (!is_device && line.code && options_.literal.contains(line.line)) {
        note(line, "its value is kept as it is: a profile cannot print it otherwise");
      }
    }
    learn_devices(part);
    learn_crc();
    write(part);
    found_.unset_time = holes_.unset_time();
    if (found_.text.find(".l2 ") != std::string::npos ||
        found_.text.find(".l3 ") != std::string::npos) {
      found_.phases = 3;
    }
    return std::move(found_);
  }

 private:
  void note(const DataLine& line, std::string_view what) {
    found_.notes.push_back(fmt::format("{}: {}", printable_text(line.code_text), what));
  }

  void learn_line(const DataLine& line) {
    const Obis code = line.code->code;
    if (!seen_.insert(code).second) return note(line, "comes twice; the second is kept as it is");
    if (!line.well_formed) return note(line, "is not well formed; kept as it is");
    if (code == kClock) return learn_clock(line);
    if (code == kFailureLog) return learn_failures(line);
    // Hungary has another list under this code.
    if (code == kMonths && !line.brackets.empty() && parse_timestamp(line.brackets[0].text)) {
      return learn_month(line);
    }
    if (code == kMonths) return learn_peaks(line);
    if (code == kMonthPeak && line.brackets.size() == 2) return learn_peak(line);
    if (line.brackets.size() == 2 && code.c == 31 && code.d == 4) return learn_fuses(line);
    if (line.brackets.size() != 1)
      return note(line, "is not known with these brackets; kept as it is");
    const Bracket& bracket = line.brackets.front();
    const KnownObject* object = find_known_object(code, split_unit(bracket.text).unit);
    if (object == nullptr) return learn_unknown(line);
    std::string_view quantity = object->quantity;
    if (code == kFuseL1 && telegram_.find(kFuseL2) != nullptr) quantity = "limit.current.l1";
    learn_value(line, 0, *object, quantity);
  }

  void learn_unknown(const DataLine& line) {
    // Versions and the like are the same in each telegram of such meters.
    const ObjectRule* const rule = find_object_rule(*options_.dialect, line.code->code);
    if (rule != nullptr && (rule->obis == "1-3:0.2.8" || rule->obis == "0-0:96.1.4")) return;
    note(line, rule == nullptr ? "unknown object, kept as it is" : "no quantity, kept as it is");
  }

  /// A hole for the bracket, if it can be one; else it is kept, with a note.
  void learn_value(const DataLine& line, std::size_t index, const KnownObject& object,
                   std::string_view quantity) {
    const Bracket& bracket = line.brackets[index];
    const auto hole = object.kind == Kind::kText || object.kind == Kind::kMessage
                          ? holes_.text(bracket)
                          : holes_.number(line, index, object);
    if (!hole) return note(line, "its value has no form that a profile prints; kept as it is");
    // Messages are octets in hexadecimal; what is written plainly is no message, whatever its code.
    if (object.kind == Kind::kMessage && hole->format == "S") {
      return note(line, "is no text in hexadecimal; kept as it is");
    }
    const auto known = std::ranges::find(found_.values, quantity, &LearnedValue::quantity);
    if (known != found_.values.end() && known->value != hole->value) {
      return note(line, fmt::format("shows {} with another value; kept as it is", quantity));
    }
    edits_.put(bracket, fmt::format("{{{} {}}}", quantity, hole->format));
    if (!hole->doubt.empty()) note(line, hole->doubt);
    if (known != found_.values.end()) return;
    const bool is_measured = object.kind == Kind::kMeasured || object.kind == Kind::kSigned;
    const bool is_kept = (!is_measured || quantity.starts_with("limit.")) && quantity != "tariff";
    found_.values.push_back({std::string(quantity), hole->value, is_kept});
  }

  void learn_clock(const DataLine& line) {
    if (line.brackets.size() != 1) return note(line, "has no time in it; kept as it is");
    const auto time = holes_.time(line.brackets.front());
    if (!time || time->value.empty())
      return note(line, "has a time that this clock never shows; kept as it is");
    edits_.put(line.brackets.front(), fmt::format("{{time {}}}", time->format));
    found_.at = time->value;
  }

  /// (time)(power), or the other way round.
  void learn_peak(const DataLine& line) {
    const std::size_t at = parse_timestamp(line.brackets[0].text) ? 0 : 1;
    const KnownObject power{"", "peak.power", "kW", Kind::kMeasured};
    const auto time = holes_.time(line.brackets[at]);
    const auto number = holes_.number(line, 1 - at, power);
    if (!time || !number || time->value.empty()) {
      return note(line, "is no peak with its time; kept as it is");
    }
    edits_.put(line.brackets[at], fmt::format("{{peak.time {}}}", time->format));
    found_.values.push_back({"peak.time", time->value, false});
    learn_value(line, 1 - at, power, power.quantity);
  }

  void learn_fuses(const DataLine& line) {
    const KnownObject import{"", "limit.current", "A", Kind::kRegister};
    const KnownObject export_{"", "limit.current.export", "A", Kind::kSigned};
    learn_value(line, 0, import, import.quantity);
    learn_value(line, 1, export_, export_.quantity);
  }

  void learn_month(const DataLine& line) {
    note(line, "the values at the end of the last month, kept as they are");
  }

  // --- lists ----------------------------------------------------------------------------------------

  /// One list of the line: what is before its entries, and the fields of an entry.
  struct ListForm {
    std::string_view name;        ///< "failures"
    std::size_t head;             ///< brackets before the entries
    std::size_t fields;           ///< brackets of an entry
    std::string_view usual_body;  ///< where no entry shows it
    std::string_view usual_order;
  };

  void learn_failures(const DataLine& line) {
    learn_list(line, {"failures", 2, 2, "({time TST})({duration F10(0,0) s})", "newest"});
  }

  void learn_peaks(const DataLine& line) {
    learn_list(line, {"peaks", 3, 3, "({month TST})({time TST})({power F5(3,3) kW})", "oldest"});
  }

  /// The entry that begins at bracket `at`, with its template; nothing if it is none.
  std::optional<std::pair<LearnedEntry, std::string>> entry_of(const DataLine& line, std::size_t at,
                                                               const ListForm& form) {
    const bool is_peak = form.fields == 3;
    const KnownObject value{"", is_peak ? "power" : "duration", is_peak ? "kW" : "s",
                            is_peak ? Kind::kMeasured : Kind::kCounter};
    LearnedEntry entry;
    std::string text;
    if (is_peak) {
      const auto month = holes_.time(line.brackets[at]);
      if (!month || month->value.empty()) return std::nullopt;
      entry.month = month->value;
      text = fmt::format("({{month {}}})", month->format);
    }
    const auto time = holes_.time(line.brackets[at + form.fields - 2]);
    const auto number = holes_.number(line, at + form.fields - 1, value);
    if (!time || !number) return std::nullopt;
    entry.time = time->value;
    entry.value = number->value;
    text += fmt::format("({{time {}}})({{{} {}}})", time->format, value.quantity, number->format);
    return std::pair{entry, text};
  }

  void learn_list(const DataLine& line, const ListForm& form) {
    const std::string_view odd = "is no list with its count; kept as it is";
    const auto& brackets = line.brackets;
    if (brackets.size() < form.head || (brackets.size() - form.head) % form.fields != 0) {
      return note(line, odd);
    }
    const std::size_t count = (brackets.size() - form.head) / form.fields;
    const std::string_view written = brackets.front().text;
    const bool is_padded = (written.size() == 2 && written.front() == '0') ||
                           options_.numbers.padded.contains({to_string(line.code->code), 0});
    if (written.size() == 2 && !is_padded) {
      note(line, "whether a count of one digit has a zero in front is not seen: taken for none");
    }
    if (written != (is_padded ? fmt::format("{:02}", count) : fmt::format("{}", count))) {
      return note(line, odd);
    }
    std::vector<LearnedEntry> entries;
    std::string body(form.usual_body);
    for (std::size_t i = 0; i < count; ++i) {
      const auto entry = entry_of(line, form.head + i * form.fields, form);
      if (!entry || (i > 0 && entry->second != body)) return note(line, odd);
      body = entry->second;
      entries.push_back(entry->first);
    }
    if (count == 0) note(line, "has no entry: their form is the usual one, not a known one");
    const bool newest = is_newest_first(line, entries, form);
    if (!newest) std::ranges::reverse(entries);
    edits_.put(brackets.front(), fmt::format("{{{}.count {}}}", form.name, is_padded ? "I2" : "I"));
    put_entries(
        line, form, count,
        fmt::format("{{each {} {}}}{}{{end}}", form.name, newest ? "newest" : "oldest", body));
    (form.fields == 3 ? found_.peaks : found_.failures) = std::move(entries);
  }

  /// The entries follow the last bracket of the head, or stand in a line of their own.
  void put_entries(const DataLine& line, const ListForm& form, std::size_t count,
                   std::string text) {
    const Bracket& head = line.brackets[form.head - 1];
    const std::size_t begin = head.offset + head.text.size() + 1;
    if (count == 0) return edits_.put(begin, 0, std::move(text));
    const Bracket& last = line.brackets.back();
    const bool on_own_line = line.brackets[form.head].line != head.line;
    const std::size_t from = on_own_line ? line.brackets[form.head].offset - 1 : begin;
    edits_.put(from, last.offset + last.text.size() + 1 - from, std::move(text));
  }

  bool is_newest_first(const DataLine& line, const std::vector<LearnedEntry>& entries,
                       const ListForm& form) {
    const auto key = [&](const LearnedEntry& entry) {
      return (form.fields == 3 ? entry.month : entry.time).substr(0, 12);
    };
    for (std::size_t i = 1; i < entries.size(); ++i) {
      const std::string before = key(entries[i - 1]), after = key(entries[i]);
      if (before.empty() || after.empty() || before == after) continue;
      return before > after;
    }
    note(line, fmt::format("fewer than two entries: {} first is the usual order, not a known one",
                           form.usual_order));
    return form.usual_order == "newest";
  }

  // --- devices, CRC, text -----------------------------------------------------------------------------

  void learn_devices(const MbusPart& part) {
    DeviceLearner learner(telegram_, options_, holes_);
    learner.run(part);
    found_.blocks = learner.blocks();
    found_.devices = learner.devices();
    found_.channels = learner.channels();
    after_devices_ = learner.literal_text();
    for (std::string& each : learner.notes()) found_.notes.push_back(std::move(each));
  }

  void learn_crc() {
    const std::string_view crc = telegram_.crc_text;
    if (crc.empty()) return;
    const bool lower = crc.find_first_of("abcdef") != crc.npos;
    const bool digits_only = crc.find_first_of("abcdefABCDEF") == crc.npos;
    constexpr std::size_t kDigits = 4;
    std::string_view form = lower ? "x4" : "X4";
    if (crc.size() < kDigits) form = "X";
    if (digits_only && crc.size() == kDigits) {
      found_.notes.emplace_back("the CRC has no letter here: upper case is not known");
    }
    edits_.put(telegram_.bang_offset + 1, crc.size(), fmt::format("{{crc {}}}", form));
    if (check_crc(telegram_) == CrcVerdict::kRight) return;
    for (const CrcWay& way : find_crc_ways(telegram_)) {
      if (way.deviations() == 1 && way.algorithm != CrcWay{}.algorithm) {
        found_.crc_algorithm = way.algorithm->name;
        return;
      }
    }
  }

  void write(const MbusPart& part) {
    const std::string_view bytes = telegram_.bytes;
    if (part.empty()) {
      found_.text = edits_.apply(bytes, 0, bytes.size());
      return;
    }
    found_.text = edits_.apply(bytes, 0, part.begin) + "{mbus}\n" + after_devices_ +
                  edits_.apply(bytes, part.end, bytes.size());
  }

  const Telegram& telegram_;
  const TelegramOptions& options_;
  HoleMaker holes_;
  TextEdits edits_;
  std::set<Obis> seen_;
  std::string after_devices_;
  LearnedTelegram found_;
};

}  // namespace

LearnedTelegram learn_telegram(const Telegram& telegram, const TelegramOptions& options) {
  return TelegramLearner(telegram, options).run();
}

}  // namespace p1rig
