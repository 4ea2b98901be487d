#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "conformance/judge/stretch_judge.h"

namespace p1rig {

/// Bytes counted by their kind, in one pass.
struct ByteFacts {
  std::size_t size = 0, nul = 0, printable = 0, high = 0, even = 0, cr = 0, lf = 0, flow = 0;

  explicit ByteFacts(std::string_view bytes);
  double share(std::size_t count) const {
    return size == 0 ? 0 : static_cast<double>(count) / static_cast<double>(size);
  }
  /// Printable bytes and line ends only, as all telegrams have.
  bool is_text() const { return printable == size; }
};

struct SeenTelegram {
  std::string_view bytes;
  std::uint64_t offset = 0;
  TelegramVerdict verdict = TelegramVerdict::kRight;
};

/// What the framer finds in bytes, and what each of it is worth. The bytes must outlive it.
struct LineContents {
  std::string_view bytes;  ///< all of them
  std::vector<SeenTelegram> telegrams;
  std::vector<Loss> losses;
  std::size_t right = 0, wrong = 0;    ///< telegrams
  std::size_t frames = 0;              ///< whole
  std::vector<std::uint64_t> endless;  ///< offsets of telegrams without an end
  bool frame_heads = false;            ///< a sealed frame begins, at least

  /// `releases`: after how many bytes Data Request was released, if that is known.
  explicit LineContents(std::string_view all, const std::vector<std::uint64_t>& releases = {});

  bool is_well() const {
    return right + frames > 0 && wrong == 0 && endless.empty() && losses.empty();
  }
};

}  // namespace p1rig
