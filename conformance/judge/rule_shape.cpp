#include "conformance/judge/rule_shape.h"

#include <map>
#include <utility>

namespace p1rig {

const Shape* find_shape(const ObjectRule& rule) {
  static const std::map<const ObjectRule*, Shape> shapes = [] {
    std::map<const ObjectRule*, Shape> all;
    for (const Dialect& dialect : dialects()) {
      for (const ObjectRule& row : dialect.rules) {
        if (auto shape = parse_shape(row.shape)) all.emplace(&row, std::move(*shape));
      }
    }
    return all;
  }();
  const auto found = shapes.find(&rule);
  return found == shapes.end() ? nullptr : &found->second;
}

const ShapeField* field_at(const Shape& shape, std::size_t bracket) {
  if (bracket < shape.fields.size()) return &shape.fields[bracket];
  if (shape.repeated.empty()) return nullptr;
  return &shape.repeated[(bracket - shape.fields.size()) % shape.repeated.size()];
}

}  // namespace p1rig
