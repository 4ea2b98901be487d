#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace p1rig {

// People seldom have the bytes of a telegram. They have what a terminal, a log, a mail or a program
// made of them: lines in hexadecimal, in quotation marks, after a time. What is around the bytes is
// taken off line by line, and layer by layer, so that a quoted log of string literals is read, too.
//
// The first bytes of a stream decide. It is left as it is at the first data line that is at the
// beginning of a line, and at the first byte that is not text: a stream of telegrams is held back for
// its first lines, and one of frames not at all. A wrapper is believed only if telegrams are inside,
// or sealed frames, or another protocol with its checksums.

/// One kind of wrapper around the text.
struct Wrapper {
  std::string_view id;    ///< "hex-dump"
  std::string_view what;  ///< to people: "hexadecimal digits"
  /// Appends what is inside a line, which is given without its end; false if the line does
  /// not have this wrapper, though it may be worth keeping. `memory` is what it knows from the lines
  /// before.
  bool (*take)(std::string_view line, std::string& memory, std::string& inside);
  bool lines = false;  ///< what is inside is a line again, without its end
};

/// The narrow ones first.
std::span<const Wrapper> wrappers();

/// True for the identification, a data line and the end line of a telegram, without line end.
bool is_telegram_line(std::string_view line);

/// Takes off what a stream is wrapped in.
class Unwrapper {
 public:
  /// No more than this is looked at, and held back, before it is decided.
  static constexpr std::size_t kHead = 64 * 1024;
  /// A longer line is taken in pieces.
  static constexpr std::size_t kLongestLine = 1024 * 1024;

  /// Gets the bytes inside; false if it has had enough.
  using Sink = std::function<bool(std::string_view bytes)>;

  explicit Unwrapper(Sink sink) : sink_(std::move(sink)) {}

  /// False if the sink has had enough.
  bool feed(std::string_view bytes);
  bool finish();

  /// What was taken off, from outside in: "quotation marks, string literals". Empty if nothing was.
  std::string what() const;
  /// Lines that had it, and lines that did not and are left out.
  std::uint64_t lines() const { return lines_; }
  std::uint64_t others() const { return others_; }

 private:
  enum class State { kLooking, kPlain, kWrapped };
  struct Layer {
    const Wrapper* wrapper;
    std::string memory = {};
    std::string line = {};  ///< that has not ended yet
  };

  void decide(bool ended);
  bool release();
  bool search(std::string_view text, std::size_t layers);
  void feed_layer(std::size_t index, std::string_view bytes, std::string& inside);
  void end_line(std::size_t index, std::string& inside);
  bool unwrap(std::string_view bytes, bool ended);

  Sink sink_;
  State state_ = State::kLooking;
  std::string head_;
  std::size_t looked_at_ = 0;  ///< size of the head when it was last searched
  std::vector<Layer> layers_;
  std::uint64_t lines_ = 0, others_ = 0;
};

}  // namespace p1rig
