#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/judge/lint.h"
#include "conformance/judge/stretch_judge.h"
#include "protocol/dialect.h"
#include "protocol/shape.h"
#include "protocol/telegram.h"
#include "protocol/timestamp.h"
#include "protocol/value_format.h"

namespace p1rig {

// How lint is made: a telegram is prepared once (LintContext), then every check of the tables looks
// at it and reports what deviates. To add a rule, write a function and its row.

/// A line of the telegram as bytes.
struct RawLine {
  std::string_view text;   ///< without its end
  std::string_view end;    ///< CR LF, LF, CR, or nothing at the end of the bytes
  std::size_t offset = 0;  ///< in the telegram
};

/// A data line with what its dialect prescribes for it.
struct JudgedLine {
  const DataLine* data = nullptr;
  const ObjectRule* rule = nullptr;  ///< nullptr: the dialect does not know the object
  const Shape* shape = nullptr;      ///< of the rule
  std::vector<ShapeMismatch> mismatches;

  /// The field of the shape for this bracket; nullptr if there is none.
  const ShapeField* field(std::size_t bracket) const;
};

struct LintContext {
  const Telegram& telegram;
  const Dialect& dialect;
  const MeterHistory& history;
  TelegramVerdict verdict;
  std::vector<RawLine> raw_lines;
  std::vector<JudgedLine> lines;                ///< only those with a code
  std::optional<std::chrono::sys_seconds> now;  ///< the message time, if there is a valid one

  LintContext(const Telegram& of, const Dialect& in, const MeterHistory& after);

  bool is(std::string_view dialects) const { return matches_glob(dialects, dialect.name); }
  /// The first line with this code, "1-0:1.7.0"; nullptr if there is none.
  const JudgedLine* find(std::string_view obis) const;
  /// The number in the first bracket of that line; nothing if there is none.
  std::optional<Decimal> number(std::string_view obis) const;
};

/// Takes the deviations that a check finds.
class Reporter {
 public:
  Reporter(const LintContext& context, std::uint64_t telegram, std::uint64_t offset)
      : context_(context), telegram_(telegram), offset_(offset) {}

  void begin_check(std::string_view rule, std::string_view clause) {
    rule_ = rule;
    clause_ = clause;
  }

  /// `offset` counts in the telegram.
  void report(Severity severity, std::size_t line, std::size_t offset, std::string message);
  void error(const JudgedLine& line, std::string message);
  void warning(const JudgedLine& line, std::string message);
  /// At a bracket of the line, or at the line's end if it has fewer.
  void at_bracket(Severity severity, const JudgedLine& line, std::size_t bracket,
                  std::string message);

  std::vector<Finding>& findings() { return findings_; }

 private:
  Finding& add(Severity severity, std::size_t line, std::size_t offset, std::string message);

  const LintContext& context_;
  std::uint64_t telegram_;
  std::uint64_t offset_;
  std::string_view rule_;
  std::string_view clause_;
  std::vector<Finding> findings_;
};

struct LintCheck {
  LintRule rule;
  std::string_view clause;  ///< empty: that of the object's rule
  void (*run)(const LintContext&, Reporter&);
};

std::span<const LintCheck> frame_checks();
std::span<const LintCheck> value_checks();
std::span<const LintCheck> time_checks();
std::span<const LintCheck> object_checks();
std::span<const LintCheck> mbus_checks();
/// Those against earlier telegrams.
std::span<const LintCheck> history_checks();

/// Takes what later telegrams are compared with.
void remember(const LintContext& context, MeterHistory& history);

/// True for what meters are known to send for "no value": 632525…, 700101… and 000101….
bool is_known_unset(const Timestamp& time);
/// The first time in the brackets of the line; nothing if there is none.
std::optional<Timestamp> first_time(const DataLine& line);
/// True if the line's first time says "no value".
bool has_unset_time(const DataLine& line);
/// The oldest that a reading of an M-Bus device may be: twice the capture period, which is five
/// minutes from 5.0 on, and an hour before and where no document speaks of less (DSMR-P1 5.0.2 §7.3,
/// 4.0 §6.3).
std::chrono::minutes oldest_reading(const Dialect& dialect);
/// True if the number with this code may only grow.
bool is_register(Obis code);

}  // namespace p1rig
