#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace p1rig {

/// An OBIS code A-B:C.D.E. Group F is not used on P1 (DSMR-P1 4.0 §5.4).
struct Obis {
  std::uint8_t a = 0, b = 0, c = 0, d = 0, e = 0;
  auto operator<=>(const Obis&) const = default;
};

/// How a code was written. Only kPlain is prescribed; the others are in the documents' own
/// printed examples (DSMR-P1 4.0 and 4.0.4 §5.12) or come from meters (basvdlei/gotsmart#7).
enum class ObisForm {
  kPlain,          ///< 1-0:31.7.0
  kDotSuffix,      ///< 1-0:31.7.0.255
  kStarSuffix,     ///< 1-0:31.7.0*255
  kColon,          ///< 1-0:99:97.0
  kWithoutMedium,  ///< 0:96.7.19, group A left out
};

struct WrittenObis {
  Obis code;
  ObisForm form = ObisForm::kPlain;
  bool operator==(const WrittenObis&) const = default;
};

/// The OBIS code in `text`, which must contain nothing else, and the form it was written in;
/// nothing if it is not one. A group above 255 or with leading zeros is invalid, as is a code with
/// another group F than 255.
std::optional<WrittenObis> parse_obis(std::string_view text);

/// The plain form, such as "1-0:31.7.0".
std::string to_string(Obis code);

/// True for the objects of an M-Bus channel: 0-1 to 0-4 with 24.x.x or 96.1.x.
bool is_mbus_object(Obis code);

/// True for the reading of a device on an M-Bus channel: 0-n:24.2.e, or 0-n:24.3.e of older meters.
bool is_mbus_reading(Obis code);

}  // namespace p1rig
