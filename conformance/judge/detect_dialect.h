#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/dialect.h"
#include "protocol/telegram.h"

namespace p1rig {

/// How sure it is where a telegram is from.
enum class Sureness {
  kCertain,  ///< its version or its maker says so, and no other dialect fits
  kLikely,   ///< its objects and formats say so, and no other dialect fits
  kGuess     ///< other dialects fit as well
};
std::string_view to_string(Sureness sureness);

/// What is known about the origin of a telegram. Naming a dialect names its country.
struct Origin {
  const Dialect* dialect;
  /// Of the standard time there to UTC. Nothing if the country is a guess: times stay local then.
  std::optional<std::chrono::minutes> normal_offset;
  /// False if the country is a guess: a dialect was taken over, or nothing speaks for any.
  bool knows_country = true;
  Sureness sureness = Sureness::kCertain;
  std::vector<const Dialect*> others = {};  ///< dialects that fit as well, the likeliest first
  std::string why = {};                     ///< what in the telegram says so; empty if it was given

  Origin(const Dialect& of) : dialect(&of), normal_offset(of.normal_offset) {}
};

/// Where a telegram says or shows to be from, by weighing all evidence: version object, maker, object
/// set, formats and units. Only old formats give a dialect without CRC: a telegram that shows nothing is
/// taken for dsmr-5.0, as a guess.
Origin detect_origin(const Telegram& telegram);
/// Its dialect; never null.
const Dialect* detect_dialect(const Telegram& telegram);

/// What was decided, how sure it is, why, and what decides it: "dsmr-4.0 or dsmr-4.2 (guess: …; --dialect
/// decides)".
std::string description_of(const Origin& origin);

/// detect_origin() for a stream, which looks closely only where a telegram has another form than
/// the one before it.
class OriginFinder {
 public:
  const Origin& of(const Telegram& telegram);
  const Origin* last() const { return origin_ ? &*origin_ : nullptr; }

 private:
  bool is_same_form(const Telegram& telegram) const;
  void keep_form(const Telegram& telegram);

  struct Line {
    std::string code;
    std::vector<std::size_t> brackets;  ///< their sizes
  };
  std::string identification_, version_;
  std::vector<Line> lines_;
  std::optional<Origin> origin_;
};

}  // namespace p1rig
