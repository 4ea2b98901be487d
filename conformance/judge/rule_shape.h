#pragma once

#include "protocol/dialect.h"
#include "protocol/shape.h"

namespace p1rig {

/// The shape of a rule of dialects(), parsed once; nullptr for any other rule.
const Shape* find_shape(const ObjectRule& rule);

/// The field that describes this bracket; nullptr if the shape has none.
const ShapeField* field_at(const Shape& shape, std::size_t bracket);

}  // namespace p1rig
