#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/judge/detect_dialect.h"
#include "protocol/decimal.h"
#include "protocol/dialect.h"
#include "protocol/obis.h"
#include "protocol/telegram.h"
#include "protocol/timestamp.h"

namespace p1rig {

enum class Severity { kError, kWarning, kQuirk };

/// One deviation of a telegram from its dialect. Rule ids are stable and public.
struct Finding {
  std::string rule;    ///< "crc-wrong", "value-format", …: a row of lint_rules()
  std::string clause;  ///< "DSMR-P1 5.0.2 §6.2"
  Severity severity = Severity::kError;
  std::uint64_t telegram = 0;  ///< 1-based count in the stream
  std::size_t line = 0;        ///< 1-based in the telegram, 1 is the identification; 0: of no line
  std::uint64_t offset = 0;    ///< of the deviating bytes in the stream
  std::string obis;            ///< of the line, plain; empty if it has none
  std::string message;         ///< what is there, what was expected
  std::string source;          ///< of a quirk: who saw it where
};

/// A deviation that this meter is known to have: its errors and warnings become quirks.
struct KnownQuirk {
  std::string rule;  ///< glob over rule ids
  std::string obis;  ///< glob over plain codes; empty means any
  std::string source;
};

struct LintRule {
  std::string_view id;
  std::string_view requirement;  ///< of the catalogue, "M-CRC-01"
  std::string_view summary;
};
/// All rules that lint can report.
const std::vector<LintRule>& lint_rules();

/// Turns the known findings of this meter into quirks.
void apply_quirks(const std::vector<KnownQuirk>& quirks, std::vector<Finding>& findings);

/// What the Linter remembers of the telegrams before. Its size is bounded.
struct MeterHistory {
  struct Peak {
    Timestamp at;
    Decimal power;
  };
  std::optional<std::chrono::sys_seconds> message_time;
  std::map<Obis, Decimal> registers;                       ///< what may only increase
  std::map<Obis, std::string> identifiers;                 ///< not the empty ones
  std::map<Obis, std::chrono::sys_seconds> capture_times;  ///< of M-Bus values
  std::optional<Peak> month_peak;
  std::uint64_t wrong_crcs = 0;  ///< telegrams
};

/// Judges the telegrams of one meter in their order: each on its own, and each against those before
/// (registers fall, times go back). Memory does not grow with their number. A telegram whose CRC is
/// not correct is judged only on its own.
class Linter {
 public:
  /// `dialect` nullptr: that of the first telegram, by detect_origin(), and all that fit as well.
  /// `others`: dialects that the telegrams may be of, too. Only what all of them ask for is a deviation.
  Linter(const Dialect* dialect, std::vector<KnownQuirk> quirks,
         std::vector<const Dialect*> others = {});

  /// The deviations of the next telegram, whose first byte is at `offset` of the stream, by line.
  std::vector<Finding> check(const Telegram& telegram, std::uint64_t offset);

  /// nullptr before the first telegram if none was given.
  const Dialect* dialect() const { return dialect_; }

 private:
  void keep_agreed(const Telegram& telegram, std::uint64_t offset,
                   std::vector<Finding>& findings) const;

  const Dialect* dialect_;
  std::vector<KnownQuirk> quirks_;
  std::vector<const Dialect*> others_;
  std::uint64_t count_ = 0;
  MeterHistory history_;
};

}  // namespace p1rig
