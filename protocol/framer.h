#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace p1rig {

// Finds telegrams in any stream of bytes and never loses its way. This table is normative; every
// row has a test. A line ends with CR LF, LF or CR. A header is a '/' with three letters and a 3, 5
// or 9 after it (DSMR-P1 2.2 §5.2, 3.0 §5.2; 9 in Sweden).
//
// | input                                           | result                                      |
// |-------------------------------------------------|---------------------------------------------|
// | idle, bytes other than '/'                      | noise: the tail of a telegram joined midway |
// |                                                 | is lost, the next one is not                |
// | idle, '/' anywhere                              | a telegram begins                           |
// | in the identification line, another '/'         | part of it, as in "/HLY5/D545-METER"        |
// |                                                 | (esphome/issues#3102)                       |
// | in a telegram, '/' at the start of a line       | fragment; a telegram begins: the '!' of the |
// |                                                 | old one got lost (esphome/issues#3042)      |
// | in a data line, '/'                             | data, as in a message "test-/-test"         |
// | but a header there, and an empty line after its | fragment; a telegram begins at that '/':    |
// | line: "…(00.3/ISK5\2M550T-1012" CR LF CR LF     | the old one was cut and the new one glued   |
// | in a telegram, '!' within a line                | data                                        |
// | in a telegram, '!' at the start of a line       | telegram, with up to four bytes other than  |
// |                                                 | CR, LF and '/' and then one line end, as    |
// |                                                 | far as these come:                          |
// |   "!" CR LF                                     |   it has no CRC (DSMR-P1 2.2, 3.0)          |
// |   "!B9F" CR LF, "!12G4" CR LF                   |   its CRC is judged elsewhere               |
// |   "!ABCDEF", "!garbage"                         |   it ends after "!ABCD", "!garb"            |
// |   "!AB/"                                        |   it ends after "!AB"; another one begins   |
// |   "!ABCD" CR and then no LF                     |   it ends after the CR                      |
// | in a telegram, no such '!' among its first      | oversize: those bytes; only those before    |
// | kMaxTelegram bytes                              | the last '/' of their last line if it has   |
// |                                                 | one, since that may be a header             |
// | after an oversize, '/' at the start of a line,  | a telegram begins                           |
// | or a header anywhere                            |                                             |
// | after an oversize, anything else                | noise                                       |
// | finish() in a telegram, after that '!'          | telegram                                    |
// | finish() in a telegram, before that '!'         | fragment                                    |
//
// A stretch is reported with the byte that decides it. For a telegram that is the LF after its '!'
// line; a bare CR there waits for the next byte or for finish(), since an LF would belong to it.
//
// At most kMaxTelegram and a few thousand bytes are kept, and the work grows linearly with the
// stream, whatever the stream is.

/// One stretch of the stream. Stretches follow each other without gap: their bytes, joined, are
/// the stream.
struct Stretch {
  enum class Kind {
    kTelegram,  ///< '/' to '!' with what follows of CRC and line end; its CRC is not judged here
    kFragment,  ///< began like a telegram, but another one began before its '!', or the stream
                ///< ended
    kOversize,  ///< began like a telegram and grew past the limit
    kNoise      ///< anything else
  };
  Kind kind = Kind::kNoise;
  std::string_view bytes;    ///< valid until the call returns
  std::uint64_t offset = 0;  ///< of the first byte in the stream
};

class Framer {
 public:
  using Sink = std::function<void(const Stretch&)>;

  /// No document limits a telegram; 8 s at 115200 8N1 hold 92,160 bytes (DSMR-P1 4.0 §4.5).
  static constexpr std::size_t kMaxTelegram = 92160;

  explicit Framer(Sink sink) : sink_(std::move(sink)) {}

  /// Takes the next bytes, in pieces of any size: the stretches do not depend on the pieces,
  /// except that noise may come in several. The sink must not call the framer.
  void feed(std::string_view bytes);

  /// The stream ended or paused for good: reports what is pending. The framer is as new, but
  /// offsets go on.
  void finish();

  /// Bytes kept for a stretch that is not decided yet.
  std::size_t buffered() const { return pending_.size(); }

  /// Bytes looked at or moved so far, counted each time: what grows linearly with the stream.
  std::uint64_t work() const { return work_; }

 private:
  enum class State {
    kIdle,            // before a '/'
    kSkip,            // after an oversize
    kIdentification,  // in the first line of a telegram
    kLine,            // in a data line
    kCr,              // after the CR of a line; an LF belongs to it
    kLineStart,       // at the first byte of a line
    kBang,            // after a '!' at the start of a line
    kBangCr           // after the CR that ends the '!' line
  };

  void scan();
  void step();
  void step_idle();
  void step_telegram();
  void step_skip();
  void step_line();
  void step_line_start();
  void step_bang();
  void begin_telegram(std::size_t slash);
  void end_line();
  void end_oversize();
  std::size_t telegram_limit() const { return start_ + kMaxTelegram; }
  void emit(Stretch::Kind kind, std::size_t end);
  void drop_emitted();

  static constexpr std::size_t kNowhere = std::string::npos;

  Sink sink_;
  State state_ = State::kIdle;
  std::string pending_;       // what is not reported yet, and within feed() what just was
  std::uint64_t offset_ = 0;  // of start_ in the stream
  std::uint64_t work_ = 0;

  // Positions in pending_.
  std::size_t start_ = 0;          // of the stretch that is not decided yet
  std::size_t at_ = 0;             // the next byte to look at
  std::size_t line_ = 0;           // of the line that at_ is in
  std::size_t header_ = kNowhere;  // a '/' in the line before that may begin a telegram
  std::size_t crc_digits_ = 0;     // bytes after '!'
  std::size_t matched_ = 0;        // bytes of a header seen, in kSkip
  bool at_line_start_ = false;     // in kSkip
};

}  // namespace p1rig
