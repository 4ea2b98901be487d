#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/framer.h"

namespace p1rig::test {

using Kind = Stretch::Kind;

struct Piece {
  Kind kind;
  std::string bytes;
  std::uint64_t offset = 0;
  bool operator==(const Piece& other) const { return kind == other.kind && bytes == other.bytes; }
};

using Pieces = std::vector<Piece>;

inline Piece telegram(std::string bytes) { return {Kind::kTelegram, std::move(bytes)}; }
inline Piece fragment(std::string bytes) { return {Kind::kFragment, std::move(bytes)}; }
inline Piece oversize(std::string bytes) { return {Kind::kOversize, std::move(bytes)}; }
inline Piece frame(std::string bytes) { return {Kind::kFrame, std::move(bytes)}; }
inline Piece noise(std::string bytes) { return {Kind::kNoise, std::move(bytes)}; }

inline void PrintTo(const Piece& piece, std::ostream* out) {
  constexpr std::string_view kNames[] = {"telegram", "fragment", "oversize", "frame", "noise"};
  *out << kNames[static_cast<std::size_t>(piece.kind)] << ' ' << piece.bytes.size() << " bytes "
       << ::testing::PrintToString(piece.bytes.substr(0, 60));
}

/// Collects stretches, joins noise that came in several, and checks that they follow each other or
/// begin within the frame before.
class Collector {
 public:
  Framer::Sink sink() {
    return [this](const Stretch& stretch) {
      const bool within = !pieces.empty() && pieces.back().kind == Kind::kFrame &&
                          stretch.offset > pieces.back().offset && stretch.offset < size_;
      EXPECT_TRUE(stretch.offset == size_ || within);
      EXPECT_FALSE(stretch.bytes.empty());
      size_ = stretch.offset + stretch.bytes.size();
      if (stretch.kind == Kind::kNoise && !pieces.empty() && pieces.back().kind == Kind::kNoise) {
        pieces.back().bytes += stretch.bytes;
      } else {
        pieces.push_back({stretch.kind, std::string(stretch.bytes), stretch.offset});
      }
    };
  }

  Pieces pieces;

 private:
  std::uint64_t size_ = 0;
};

inline std::string joined(const Pieces& pieces) {
  std::string bytes;
  for (const Piece& piece : pieces) {
    bytes.resize(piece.offset);
    bytes += piece.bytes;
  }
  return bytes;
}

/// The stretches of the stream, fed in pieces whose sizes `next_size` gives.
template <class NextSize>
Pieces run_in_pieces(std::string_view stream, NextSize next_size) {
  Collector collector;
  Framer framer(collector.sink());
  while (!stream.empty()) {
    const std::string_view piece = stream.substr(0, next_size());
    framer.feed(piece);
    EXPECT_LE(framer.buffered(), Framer::kMaxTelegram + 20);
    stream.remove_prefix(piece.size());
  }
  framer.finish();
  EXPECT_EQ(framer.buffered(), 0U);
  return collector.pieces;
}

/// The stretches of the stream, which must not depend on how it is fed.
inline Pieces run(std::string_view stream) {
  const Pieces whole = run_in_pieces(stream, [&] { return stream.size(); });
  EXPECT_EQ(joined(whole), stream);
  for (const std::size_t size : {1U, 2U, 3U, 5U, 4095U, 4096U, 4097U}) {
    EXPECT_EQ(run_in_pieces(stream, [size] { return size; }), whole) << "in pieces of " << size;
  }
  return whole;
}

inline const std::string kPlain = "/XMX5X\r\n\r\n1-0:1.7.0(01.193*kW)\r\n!ABCD\r\n";

}  // namespace p1rig::test
