#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "conformance/mutants/mutant.h"

namespace p1rig {

/// Cuts plain telegrams out of a stream in the way of many readers: collects until a '!', then looks
/// where the telegram began. Where nothing is otherwise it finds what Framer finds.
class NaiveFramer {
 public:
  /// Is given whole telegrams, '/' to the line end after '!'; says whether it was accepted.
  using Sink = std::function<bool(std::string_view telegram)>;

  NaiveFramer(const Mutant::Framing& framing, Sink sink)
      : framing_(framing), sink_(std::move(sink)) {}

  void feed(std::string_view bytes);

  /// The line is silent for a while, in a telegram or between two.
  void pause(std::chrono::nanoseconds duration);

  /// The line vanished: what is incomplete stays so.
  void finish();

 private:
  bool take_one();
  std::size_t find_bang() const;
  std::size_t find_begin(std::size_t bang) const;
  bool is_line_start(std::size_t at) const;
  bool is_header_before_blank_line(std::size_t at, std::size_t end) const;
  bool may_begin(std::size_t slash, std::size_t bang) const;
  void report(std::size_t begin, std::size_t end);
  bool fits(std::string_view telegram) const;

  Mutant::Framing framing_;
  Sink sink_;
  std::string pending_;
  std::size_t scanned_ = 0;  ///< no '!' that ends a telegram before it
  bool oversize_ = false;    ///< until a '/' at the start of a line
  bool skip_next_ = false;
  bool stopped_ = false;
};

}  // namespace p1rig
