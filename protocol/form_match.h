#pragma once

#include <cstddef>
#include <vector>

#if defined(__x86_64__) && defined(__GNUC__)
#define P1RIG_WIDE_FORMS
#endif

namespace p1rig {

/// For each byte the lowest value that it may have, and how far above that it may be.
struct ByteForm {
  const unsigned char* lowest;
  const unsigned char* range;
  std::size_t size;  ///< at least kMinSize

  static constexpr std::size_t kMinSize = 64;
};

/// True if all bytes are as the form has them; they are in `copy` then. Otherwise part of them may
/// be. Touches no byte beyond the form's size. Takes bytes_at_once() of them at once.
bool copy_if_of_form(const char* bytes, const ByteForm& form, char* copy);

/// How many bytes go into one vector: 64 with AVX-512, 32 with AVX2, else 16. P1RIG_CPU, which names the
/// way that crc16() goes, limits it: "portable" has 16 and "pclmul" 32 at most.
std::size_t bytes_at_once();

/// The ways of doing that, which all give the same.
using CopyIfOfForm = bool(const char* bytes, const ByteForm& form, char* copy);
CopyIfOfForm copy_if_of_form_portable;
#ifdef P1RIG_WIDE_FORMS
CopyIfOfForm copy_if_of_form_avx2;
CopyIfOfForm copy_if_of_form_avx512;
#endif

/// Those that this machine can do, the widest last.
std::vector<CopyIfOfForm*> form_matchers();

}  // namespace p1rig
