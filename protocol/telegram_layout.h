#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "protocol/form_match.h"
#include "protocol/number_reader.h"
#include "protocol/telegram.h"

namespace p1rig {

// A telegram that was decoded, as the form of those that come after it. P1 writes its numbers with
// fixed widths, so that a meter's telegrams differ in digits and little else. What is known of one is
// therefore kept, and the next is only checked for the same form:
//
//   1-0:1.7.0(01.193*kW)   "1-0:1.7.0(", "*kW)": these very bytes
//   ..........01.193....   digits where digits were, the point where it was
//   0-0:96.13.0(303132)    a text of the same length, of the characters '0' to '~'
//
// Each byte has a lowest value and a range above it: one subtraction and one comparison, 64 bytes at
// once. No '/', '!', bracket, '*' or line end can be where the form has none, so the framer
// and decode_telegram() would find the same lines, codes and brackets at the same places: then only
// the numbers have to be read. This class does not handle any other form.

class TelegramLayout {
 public:
  static constexpr std::size_t kMinSize = ByteForm::kMinSize;
  static constexpr std::size_t kMaxSize = 4096;

  /// Decodes the telegram and keeps its form; nullptr if it cannot be kept: not from
  /// '/' to the CR LF after '!', shorter or longer than the above, with other line ends, with another
  /// '/' or '!', or with the byte that begins a frame.
  static std::unique_ptr<TelegramLayout> learn(std::string_view bytes);

  /// True if a telegram of this form begins in `bytes`: telegram() is that one then. Otherwise
  /// telegram() means nothing until this succeeds again. Reads no byte beyond those given.
  bool take(std::string_view bytes);

  /// The one that was taken last, the same as decode_telegram() makes of its bytes. It points into
  /// this object.
  const Telegram& telegram() const { return telegram_; }

 private:
  TelegramLayout() = default;
  void keep(std::string_view bytes);
  void let_vary(const Bracket& bracket);
  void let_vary(std::size_t at, char lowest, char highest);
  void plan(Bracket& bracket);

  static constexpr std::size_t kAlignment = 64;
  struct Deleter {
    void operator()(char* bytes) const { ::operator delete[](bytes, std::align_val_t{kAlignment}); }
  };

  Telegram telegram_;
  std::size_t size_ = 0;
  std::unique_ptr<char[], Deleter> store_;  // text, lowest and range, each of size_ bytes
  char* text_ = nullptr;
  unsigned char* lowest_ = nullptr;
  unsigned char* range_ = nullptr;
  NumberReader numbers_{bytes_at_once()};
  std::vector<Bracket*> other_;  // numbers of another kind
};

}  // namespace p1rig
