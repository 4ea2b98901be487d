#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "protocol/dialect.h"
#include "protocol/framer.h"
#include "protocol/telegram.h"

namespace p1rig {

// What a line delivered is judged here once and reported in three forms: `read` accepts or rejects it,
// `lint` reports it, `diagnose` explains it.
//
// | what came                                       | read     | lint                   | diagnose |
// |-------------------------------------------------|----------|------------------------|----------|
// | telegram: kRight                                | values   | by its dialect         | right    |
// | telegram: kCrcWrong, kCrcMalformed, kCrcMissing | crc      | error crc-…            | wrong    |
// | telegram: kEmpty                                | syntax   | error no-object        | wrong    |
// | telegram: kDamaged                              | values   | error line-form, …     | wrong    |
// | sealed frame, and no key                        | decrypt  | unjudged               | sealed   |
// | sealed frame that its keys do not open          | tag      | error frame-tag        |          |
// | oversize                                        | oversize | error telegram-endless | wrong    |
// | Loss: kFrameCut                                 | syntax   | warning frame-cut      | lost     |
// | Loss: the others                                |          | warning …-cut, stray-… | lost     |

/// What a telegram is worth: the first that holds.
enum class TelegramVerdict {
  kCrcMissing,    ///< no digits, though its dialect has a CRC, or its version object says so
  kCrcMalformed,  ///< no hexadecimal number of up to four digits follows '!'
  kCrcWrong,      ///< it is not the CRC of the bytes
  kEmpty,         ///< it contains no object
  kDamaged,       ///< no CRC speaks for it, and a line or a byte is none that a telegram has
  kRight
};

/// One to three digits are a CRC without its leading zeros (dsmr_parser#99). A telegram that names
/// a version needs one in any dialect: versions came with the CRC (DSMR-P1 4.0 §5.2).
TelegramVerdict verdict_of(const Telegram& telegram, const Dialect& dialect);

/// True if the stream ended within the CRC of this telegram: it needs four digits, has fewer and no
/// line end. It is a fragment like one that ends before its '!'. `dialect`: nullptr if the telegram
/// has to report it.
bool ends_amid_crc(const Stretch& stretch, const Telegram& telegram, const Dialect* dialect);

/// Bytes that show that something is missing, or that something came which no meter sends.
struct Loss {
  enum class Kind {
    kTelegramCut,   ///< a telegram begins, and something else before its end
    kFrameCut,      ///< a sealed frame begins, and something else before the end that it announces
    kFrameOverrun,  ///< what follows begins within the frame: it has lost bytes
    kStray          ///< bytes of no telegram and no frame
  };
  Kind kind = Kind::kStray;
  std::uint64_t offset = 0;     ///< of the first of these bytes in the stream
  std::uint64_t size = 0;       ///< how many there are; of kFrameOverrun how many follow before
  std::uint64_t announced = 0;  ///< how many the frame's header announces; 0 if it is not a frame
  bool at_start = false;        ///< nothing came before: the port may just have been opened
};

/// Finds losses between the stretches of one stream. Innocent are, once each: at the start of the
/// stream, what has no beginning, since a reader may join in the middle; at its end, what has
/// no end, and some bytes after the last telegram, as unplugging makes them. So is what was cut while Data Request was released (DSMR-P1 5.0.2 §5.7.1), and so are
/// line ends between telegrams.
class LossFinder {
 public:
  /// Data Request was released when so many bytes of the stream had come.
  void see_release(std::uint64_t offset);

  /// Takes the next stretch. What is lost is known when something follows.
  std::vector<Loss> take(const Stretch& stretch);

  /// The stream has ended.
  std::vector<Loss> finish();

 private:
  struct Pending {
    Loss loss;
    bool innocent = false;  ///< until more of it comes than one telegram holds
    bool blank = false;     ///< line ends only
  };

  void take_noise(const Stretch& stretch, std::vector<Loss>& found);
  void take_fragment(const Stretch& stretch);
  void settle(std::vector<Loss>& found);
  bool is_released_within(std::uint64_t begin, std::uint64_t end) const;

  std::optional<Pending> pending_;       ///< of the stretch before
  std::optional<Loss> frame_;            ///< the stretch before, if it is a complete frame
  std::vector<std::uint64_t> releases_;  ///< that may lie within what comes
  bool in_oversize_ = false;             ///< or in what follows it
  bool seen_any_ = false;
  bool seen_whole_ = false;
};

}  // namespace p1rig
