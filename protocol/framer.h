#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace p1rig {

// Finds telegrams in any stream of bytes and never loses its way: whatever came before, the next
// whole telegram is found.
//
// | input                                                      | result                              |
// |------------------------------------------------------------|-------------------------------------|
// (to be completed by the implementation: this table is normative, every row has a test)

/// One stretch of the stream. Stretches follow each other without gap: their bytes, joined, are
/// the stream.
struct Stretch {
  enum class Kind {
    kTelegram,  ///< '/' to '!' with what follows of CRC and line end; its CRC is not judged here
    kFragment,  ///< began like a telegram, but another one began before its '!', or the stream ended
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
  /// except that noise may come in several.
  void feed(std::string_view bytes);

  /// The stream ended or paused for good: reports what is pending. The framer is as new, but
  /// offsets go on.
  void finish();

 private:
  Sink sink_;
  std::string pending_;
  std::uint64_t offset_ = 0;
};

}  // namespace p1rig
