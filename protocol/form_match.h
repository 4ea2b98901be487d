#pragma once

#include <cstddef>
#include <span>

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
/// be. Touches no byte beyond the form's size. Takes 64 bytes at once where forms_are_wide().
bool copy_if_of_form(const char* bytes, const ByteForm& form, char* copy);

/// True if this machine has AVX-512 and crc16() uses it (P1RIG_CPU).
bool forms_are_wide();

/// The ways of doing that, which all give the same.
using CopyIfOfForm = bool(const char* bytes, const ByteForm& form, char* copy);
CopyIfOfForm copy_if_of_form_portable;
#ifdef P1RIG_WIDE_FORMS
CopyIfOfForm copy_if_of_form_avx512;
#endif

/// Those that this machine can do.
std::span<CopyIfOfForm* const> form_matchers();

}  // namespace p1rig
