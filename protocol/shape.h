#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/result.h"
#include "protocol/value_format.h"

namespace p1rig {

// The brackets of a data line, in the documents' own notation:
//
//   (F9(3,3)*kWh)                   one value with its unit
//   (TST)(F8(3,3)|F8(2,2)*m3)       several brackets, alternative formats
//   (F5(3,3)*kW|kVA)                alternative units
//   (I1)(=0-0:96.7.19){(TST)(F10(0,0)*s)}    '=' a fixed text; {…} any number of times
//   (X)                             bytes as hexadecimal digits, also none
//
// A shape is parsed once and matched against the texts between the brackets. Units are compared as
// they are spelled: kvar is not kVAr.

struct ShapeField {
  std::vector<ValueFormat> formats;  ///< any of them; none if `fixed` is set
  std::vector<std::string> units;    ///< any of them; empty if no unit is allowed
  std::optional<std::string> fixed;  ///< exactly this text
};

struct Shape {
  std::vector<ShapeField> fields;
  std::vector<ShapeField> repeated;  ///< the group in braces, after the fields
};

Result<Shape> parse_shape(std::string_view notation);

/// Why the brackets are not of the shape.
struct ShapeMismatch {
  enum class Kind { kCount, kFormat, kUnit, kMissingUnit, kFixed };
  Kind kind;
  std::size_t field;     ///< index of the bracket; the number of brackets if one is missing
  std::string expected;  ///< in words for the reader of the report
};

/// The first mismatch of each bracket, in order; empty if the texts (between the brackets,
/// such as "01.193*kW") are of the shape.
std::vector<ShapeMismatch> match(const Shape& shape, std::span<const std::string_view> brackets);

}  // namespace p1rig
