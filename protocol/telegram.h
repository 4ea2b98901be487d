#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "protocol/decimal.h"
#include "protocol/obis.h"

namespace p1rig {

// A telegram decoded tolerantly: every byte sequence has a decoding, nothing is judged.
//
//   /ISk5\2MT382-1000           identification "ISk5\2MT382-1000"
//                               (blank line)
//   1-0:1.8.1(123456.789*kWh)   line: code 1-0:1.8.1, one bracket "123456.789*kWh"
//   0-1:24.3.0(090212160000)…   line; a following line that starts with a bracket continues it
//   (00000.000)
//   1-0:1.7.0((ER11))           an inner pair of brackets belongs to the text: "(ER11)"
//   0-0:96.13.0(3031            a bracket left open ends with its line, which is not well formed
//   !522B                       crc_text "522B"
//
// All views point into the bytes that were decoded, which must outlive the telegram.

struct Bracket {
  std::string_view text;               ///< between '(' and ')'
  std::size_t offset = 0;              ///< of text in the telegram
  std::size_t line = 0;                ///< 1-based; line 1 is the identification
  std::optional<Decimal> number = {};  ///< before the last '*', where a number fills that
};

struct DataLine {
  std::optional<WrittenObis> code;  ///< nothing if the line does not begin with one
  std::string_view code_text;       ///< what is before the first bracket
  std::vector<Bracket> brackets;    ///< those of continuation lines too
  std::string_view text;            ///< the line without its end; of the first line only
  std::size_t offset = 0;           ///< of the line in the telegram
  std::size_t line = 0;             ///< 1-based
  bool well_formed = false;         ///< code, brackets and nothing else
};

struct Telegram {
  std::string_view bytes;           ///< all of it, '/' to the line end after the CRC
  std::string_view identification;  ///< after '/', without line end
  std::vector<DataLine> lines;
  std::string_view crc_text;    ///< what is after '!', without line end
  std::size_t bang_offset = 0;  ///< of '!'; the size of the bytes if there is none
  bool has_bang = false;

  /// The lines with this code, in order; usually one.
  const DataLine* find(Obis code) const;
};

/// Decodes one telegram. Lines may end with CR LF, LF or CR. A caller that decodes many is
/// served faster by protocol/telegram_decoder.h, with the same result.
Telegram decode_telegram(std::string_view bytes);

/// The number after '!', of up to four digits; nothing if there is none or anything else.
std::optional<std::uint16_t> written_crc(const Telegram& telegram);

enum class CrcVerdict { kAbsent, kRight, kWrong, kMalformed };

/// Compares the CRC after '!' with that of the bytes (DSMR-P1 5.0.2 §6.2). One to three digits are
/// the number without its leading zeros (ndokter/dsmr_parser#99); case is not prescribed.
CrcVerdict check_crc(const Telegram& telegram);

/// A bracket's text split at its last '*': "01.193*kW" gives "01.193" and "kW".
struct ValueAndUnit {
  std::string_view value;
  std::string_view unit;  ///< empty if there is none
};
ValueAndUnit split_unit(std::string_view bracket);

}  // namespace p1rig
