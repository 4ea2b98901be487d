#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "conformance/judge/clock_rule.h"
#include "conformance/judge/detect_dialect.h"
#include "conformance/judge/frame_counter.h"
#include "protocol/dialect.h"
#include "protocol/frame_cipher.h"
#include "protocol/telegram.h"
#include "protocol/telegram_decoder.h"
#include "protocol/telegram_stream.h"

namespace p1rig {

// The reference reader: bytes of a line in, JSON Lines of the reader contract out. It shows what a
// careful reader infers from a telegram, and what it rejects.
//
// The contents of the brackets decide the result, so that real-world deviations do
// no harm: a number with a unit or in a number format, a time, else text as sent.
//
// | object                                           | in "telegram"                            |
// |--------------------------------------------------|------------------------------------------|
// | one value                                        | "1.193 kW", a time, or a text            |
// | nothing between the brackets                     | null                                     |
// | a time and a value, in either order; 24.3.0      | {"at": …, "value": …}                    |
// | M-Bus reading with an unset time, or zero        | null: nothing is linked                  |
// |   without unit                                   |                                          |
// | failure log 99.97.0                              | [{"at": …, "value": "240 s"}, …]         |
// | Belgian 98.1.0, months and peaks                 | [{"month": …, "at": …, "value": …}, …]   |
// | any other of several brackets, Hungarian 98.1.0  | the values in an array                   |
// | the same code again                              | nothing: the first one counts            |
// | a line that is cut within a bracket, or no code  | nothing                                  |
//
// "mbus" lists the channels that have a reading, by channel; medium is electricity, gas, heat, cold
// or water by the device type, null if there is none or an unknown one. "import" and "export"
// say which tariff is "normal" and which "low" if the dialect defines it: 1 is low in the Netherlands
// and normal in Belgium (DSMR-P1 5.0.2 §7.1, e-MUCS H 1.3 §3.3.1). Where the country is a guess
// (Origin), neither is said, and times stay local: "2026-07-01T12:00:00". Where the dialect does not
// decide what S and W mean, "clock" says who does. Bytes that are not ASCII come out as the characters
// U+0080 to U+00FF.

/// Why a telegram was not accepted, as in the reader contract.
enum class Reject { kCrc, kSyntax, kDecrypt, kTag, kTimeout, kOversize, kOther };
std::string_view to_string(Reject reason);

/// {"telegram": {…}, "mbus": […], "import": {…}, "export": {…}} for one accepted telegram, without
/// line end. Numbers keep their written digits after the point and lose leading zeros; unset times
/// and values are null; hexadecimal text is passed as sent. Takes any telegram. A `flag` is added as
/// "flags": ["replay"]; a flagged telegram counts as rejected. `clock` is added as "clock".
std::string to_json_line(const Telegram& telegram, const Origin& origin, std::string_view flag = {},
                         std::string_view clock = {});

/// Why the telegram must not be believed, by its verdict (conformance/judge/stretch_judge.h);
/// nothing if it may.
std::optional<Reject> judge_telegram(const Telegram& telegram, const Dialect& dialect);

/// Sealed telegrams are decrypted with `keys`, and nothing in them is reported before the tag is
/// verified: else {"reject":"tag"}, and without keys {"reject":"decrypt"}. Of a frame that was cut, or
/// does not have the length that it says, {"reject":"syntax"}. Plain ones are read as well.
/// A counter that repeats or falls is flagged as a replay; gaps are legal, and so is beginning at 0
/// again (LUX-P1 1.1.3 §3.2.5).
class ReferenceReader {
 public:
  using Sink = std::function<void(std::string_view json_line)>;

  /// `dialect` nullptr: each telegram's own, by detect_origin(). `clock`: instead of the country's.
  ReferenceReader(const Dialect* dialect, Sink sink, const std::optional<FrameKeys>& keys = {},
                  std::optional<ClockRule> clock = {});

  void feed(std::string_view bytes);
  void finish();

  std::uint64_t accepted() const { return accepted_; }
  std::uint64_t rejected() const { return rejected_; }

  /// How the dialect of the last telegram was found; nullptr if it was given, or before the first.
  const Origin* origin() const { return origins_.last(); }

 private:
  void take(const Stretch& stretch, const Telegram* telegram);
  void take_frame(std::string_view bytes);
  void take_telegram(const Telegram& telegram, std::string_view flag);
  void reject(Reject reason);

  const Dialect* dialect_;
  std::optional<ClockRule> clock_;
  std::optional<Origin> given_;  ///< of the dialect
  OriginFinder origins_;
  Sink sink_;
  TelegramDecoder decoder_;
  TelegramStream stream_;
  std::optional<FrameCipher> cipher_;
  FrameCounterTrack track_;
  std::uint64_t accepted_ = 0;
  std::uint64_t rejected_ = 0;
};

}  // namespace p1rig
