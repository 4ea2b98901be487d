#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/dialect.h"
#include "protocol/framer.h"
#include "protocol/telegram.h"

namespace p1rig {

// The reference reader: bytes of a line in, JSON Lines of the reader contract out. It shows what a
// careful reader concludes from a telegram, and what it refuses.

/// Why a telegram was not accepted; the words of the reader contract.
enum class Reject { kCrc, kSyntax, kDecrypt, kTag, kTimeout, kOversize, kOther };
std::string_view to_string(Reject reason);

/// {"telegram": {…}, "mbus": […], "import": {…}} for one accepted telegram, without line end.
/// Numbers keep their written digits after the point and lose leading zeros; unset times and
/// values are null; hexadecimal text is passed as sent.
std::string to_json_line(const Telegram& telegram, const Dialect& dialect);

class ReferenceReader {
 public:
  using Sink = std::function<void(std::string_view json_line)>;

  /// `dialect` nullptr: each telegram's own, by detect_dialect().
  ReferenceReader(const Dialect* dialect, Sink sink);

  void feed(std::string_view bytes);
  void finish();

  std::uint64_t accepted() const { return accepted_; }
  std::uint64_t rejected() const { return rejected_; }

 private:
  void take(const Stretch& stretch);

  const Dialect* dialect_;
  Sink sink_;
  Framer framer_;
  std::uint64_t accepted_ = 0;
  std::uint64_t rejected_ = 0;
};

}  // namespace p1rig
