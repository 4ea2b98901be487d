#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "protocol/dlms_frame.h"

namespace p1rig {

// Finds telegrams and sealed frames in any stream of bytes and never loses its way. This table is
// normative; every row has a test. A line ends with CR LF, LF or CR. A header is a '/' with three
// letters and a 3, 5 or 9 after it (DSMR-P1 2.2 §5.2, 3.0 §5.2; 9 in Sweden). A head is all that a
// frame has before its counter: DB 08, a system title, a length that a frame can have, 30
// (protocol/dlms_frame.h). Ciphertext holds every byte, so that the length says where a frame ends;
// if bytes were lost it is wrong, and only complete headers with a known title are trusted.
//
// | input                                           | result                                      |
// |-------------------------------------------------|---------------------------------------------|
// | idle, bytes other than '/'                      | noise: the tail of a telegram joined midway |
// |                                                 | is lost, the next one is not                |
// | idle, '/' anywhere                              | a telegram begins                           |
// | in the identification line, another '/'         | part of it, as in "/HLY5/D545-METER"        |
// |                                                 | (esphome/issues#3102)                       |
// | but a header there after a byte that is not     | fragment; a telegram begins at that '/':    |
// | printable, and an empty line after its line     | what was before is ciphertext               |
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
// | anywhere but in a frame, a head                 | what was before ends; a frame begins        |
// | anywhere but in a frame, DB that begins no head | as any other byte                           |
// | in a frame, the last byte of its length         | frame; its tag is judged elsewhere          |
// | in a frame, a head with the same title, or with | fragment; a frame begins: the old one was   |
// | that of the frame before                        | cut, or its length is wrong                 |
// | in a frame, a header, printable bytes, and an   | fragment; a telegram begins at that '/'     |
// | empty line after their line                     |                                             |
// | in a frame, anything else                       | data: '/', '!', DB, other heads             |
// | after a frame, the rest of a head or of a       | a frame or a telegram that begins within    |
// | header that began within its last bytes         | the last one: that had lost bytes, and its  |
// |                                                 | length took them from the next one          |
// | finish() in a telegram, after that '!'          | telegram                                    |
// | finish() in a telegram, before that '!'         | fragment                                    |
// | finish() in a frame                             | fragment, to where a frame with any title   |
// |                                                 | is whole, or a telegram begins as above     |
//
// A stretch is reported with the byte that decides it. For a telegram that is the LF after its '!'
// line; a bare CR there waits for the next byte or for finish(), since an LF would belong to it. For
// a frame it is its last one. DB 08 waits for the rest of the head.
//
// At most kMaxTelegram and a few thousand bytes are kept, and the work grows linearly with the
// stream, whatever the stream is.

/// One stretch of the stream. Stretches follow each other without gap: their bytes, joined, are
/// the stream, unless one begins within the previous frame it.
struct Stretch {
  enum class Kind {
    kTelegram,  ///< '/' to '!' with what follows of CRC and line end; its CRC is not judged here
    kFragment,  ///< began like a telegram, but another one began before its '!', or the stream
                ///< ended; of a frame likewise
    kOversize,  ///< began like a telegram and grew past the limit
    kFrame,     ///< a head and as many bytes as it announces
    kNoise      ///< anything else
  };
  Kind kind = Kind::kNoise;
  std::string_view bytes;    ///< valid until the call returns
  std::uint64_t offset = 0;  ///< of the first byte in the stream
  bool at_end = false;       ///< the stream ended before anything else decided
};

/// True if a header begins the text: '/', three letters of the maker, and 3, 5 or 9.
bool is_header(std::string_view text);

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

  /// True between two stretches, where a telegram that comes next depends on nothing before it.
  bool is_at_rest() const { return state_ == State::kIdle && pending_.empty(); }

  /// Where is_at_rest(): goes past bytes that are known to be one whole telegram, and does not
  /// report it.
  void pass(std::size_t size) {
    offset_ += size;
    work_ += size;
  }

  /// Of the first byte that is not reported yet, in the stream.
  std::uint64_t offset() const { return offset_; }

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
    kBangCr,          // after the CR that ends the '!' line
    kFrame,           // in a frame
    kFrameTail        // after a frame in which the next stretch may have begun, at tail_
  };

  void scan();
  bool step();
  bool step_frame();
  bool step_frame_tail();
  void step_byte();
  void step_idle();
  void step_telegram();
  void step_skip();
  void step_line();
  void step_line_start();
  void step_bang();
  void begin_telegram(std::size_t slash);
  void begin_frame(std::size_t start, std::size_t size);
  void end_frame();
  void find_tail(std::size_t from);
  FrameHead head_at(std::size_t at, std::size_t end) const;
  bool is_known_title(std::size_t head) const;
  std::size_t header_above_empty_line() const;
  Stretch::Kind kind_if_cut() const;
  void end_line();
  void end_oversize();
  bool at_telegram_limit() const;
  std::size_t telegram_limit() const { return start_ + kMaxTelegram; }
  void emit(Stretch::Kind kind, std::size_t end);
  void drop_emitted();

  static constexpr std::size_t kNowhere = std::string::npos;

  Sink sink_;
  State state_ = State::kIdle;
  std::string pending_;       // what is not reported yet, and within feed() what just was
  std::uint64_t offset_ = 0;  // of start_ in the stream
  std::uint64_t work_ = 0;
  std::string title_;       // of the last whole frame
  bool finishing_ = false;  // no more bytes come

  // Positions in pending_.
  std::size_t start_ = 0;          // of the stretch that is not decided yet
  std::size_t at_ = 0;             // the next byte to look at
  std::size_t line_ = 0;           // of the line that at_ is in
  std::size_t header_ = kNowhere;  // a '/' in the line before that may begin a telegram
  std::size_t crc_digits_ = 0;     // bytes after '!'
  std::size_t matched_ = 0;        // bytes of a header seen, in kSkip
  bool at_line_start_ = false;     // in kSkip
  std::size_t frame_end_ = 0;      // kNowhere where the frame is known to be cut
  std::size_t tail_ = 0;           // before start_
};

}  // namespace p1rig
