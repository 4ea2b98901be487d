#include "protocol/shape.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "protocol/telegram.h"

namespace p1rig {
namespace {

using Kind = ShapeMismatch::Kind;

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string join(const std::vector<std::string>& words, std::string_view between) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += between;
    text += word;
  }
  return text;
}

// --- parsing -----------------------------------------------------------------------------------

/// Reads a notation from left to right; positions in messages count from 1.
class ShapeParser {
 public:
  explicit ShapeParser(std::string_view notation) : notation_(notation) {}

  Result<Shape> parse() {
    Shape shape;
    if (auto fields = parse_fields(); fields) {
      shape.fields = std::move(*fields);
    } else {
      return tl::make_unexpected(fields.error());
    }
    if (peek() == '{') {
      ++at_;
      auto repeated = parse_fields();
      if (!repeated) return tl::make_unexpected(repeated.error());
      if (repeated->empty()) return wrong("at least one bracket in the braces");
      if (peek() != '}') return wrong("'(' or '}'");
      ++at_;
      shape.repeated = std::move(*repeated);
    }
    if (at_ != notation_.size()) return wrong("'(', '{' or the end");
    if (shape.fields.empty() && shape.repeated.empty()) return wrong("a bracket");
    return shape;
  }

 private:
  char peek() const { return at_ < notation_.size() ? notation_[at_] : '\0'; }

  tl::unexpected<Error> wrong(std::string_view expected) const {
    return fail("shape \"" + std::string(notation_) + "\", character " + std::to_string(at_ + 1) +
                ": expected " + std::string(expected));
  }

  Result<std::vector<ShapeField>> parse_fields() {
    std::vector<ShapeField> fields;
    while (peek() == '(') {
      auto field = parse_field();
      if (!field) return tl::make_unexpected(field.error());
      fields.push_back(std::move(*field));
    }
    return fields;
  }

  Result<ShapeField> parse_field() {
    const std::size_t begin = at_ + 1;
    const std::size_t end = find_close();
    if (end == std::string_view::npos) return wrong("a ')' for this '('");
    std::string_view inside = notation_.substr(begin, end - begin);
    ShapeField field;
    if (inside.starts_with('=')) {
      field.fixed = std::string(inside.substr(1));
      at_ = end + 1;
      return field;
    }
    const std::size_t star = inside.find('*');
    if (star != std::string_view::npos) {
      for (const std::string_view unit : split(inside.substr(star + 1), '|')) {
        if (unit.empty()) return wrong("a unit after '*' or '|'");
        field.units.emplace_back(unit);
      }
      inside = inside.substr(0, star);
    }
    for (const std::string_view notation : split(inside, '|')) {
      const auto format = parse_value_format(notation);
      if (!format) {
        return wrong("a format such as F9(3,3), I4, S8, TST or X, not \"" + std::string(notation) +
                     "\"");
      }
      field.formats.push_back(*format);
    }
    at_ = end + 1;
    return field;
  }

  /// The ')' that closes the '(' here; formats have parentheses of their own.
  std::size_t find_close() const {
    std::size_t depth = 0;
    for (std::size_t i = at_; i < notation_.size(); ++i) {
      if (notation_[i] == '(') ++depth;
      if (notation_[i] == ')' && --depth == 0) return i;
    }
    return std::string_view::npos;
  }

  std::string_view notation_;
  std::size_t at_ = 0;
};

// --- matching ----------------------------------------------------------------------------------

bool conforms_to_any(std::string_view text, const std::vector<ValueFormat>& formats) {
  return std::ranges::any_of(formats, [text](const auto& f) { return conforms(text, f); });
}

std::string describe_formats(const ShapeField& field) {
  std::vector<std::string> names;
  for (const ValueFormat& format : field.formats) names.push_back(to_string(format));
  return join(names, " or ");
}

std::string describe(const ShapeField& field) {
  if (field.fixed) return '"' + *field.fixed + '"';
  if (field.units.empty()) return describe_formats(field);
  return describe_formats(field) + " in " + join(field.units, " or ");
}

std::optional<ShapeMismatch> match_field(const ShapeField& field, std::string_view text,
                                         std::size_t index) {
  const auto mismatch = [index](Kind kind, std::string expected) {
    return ShapeMismatch{kind, index, std::move(expected)};
  };
  if (field.fixed) {
    if (text == *field.fixed) return std::nullopt;
    return mismatch(Kind::kFixed, describe(field));
  }
  if (field.units.empty() && conforms_to_any(text, field.formats)) return std::nullopt;
  const auto [value, unit] = split_unit(text);
  if (!conforms_to_any(value, field.formats)) {
    return mismatch(Kind::kFormat, describe_formats(field));
  }
  if (field.units.empty()) return mismatch(Kind::kUnit, "no unit");
  if (unit.empty()) return mismatch(Kind::kMissingUnit, join(field.units, " or "));
  if (std::ranges::find(field.units, unit) != field.units.end()) return std::nullopt;
  return mismatch(Kind::kUnit, join(field.units, " or "));
}

/// The field that describes the bracket; nullptr if the shape has no more brackets.
const ShapeField* field_at(const Shape& shape, std::size_t index) {
  if (index < shape.fields.size()) return &shape.fields[index];
  if (shape.repeated.empty()) return nullptr;
  return &shape.repeated[(index - shape.fields.size()) % shape.repeated.size()];
}

/// True if the shape may end after so many brackets.
bool is_complete(const Shape& shape, std::size_t count) {
  if (count < shape.fields.size()) return false;
  return shape.repeated.empty() || (count - shape.fields.size()) % shape.repeated.size() == 0;
}

}  // namespace

Result<Shape> parse_shape(std::string_view notation) { return ShapeParser(notation).parse(); }

std::vector<ShapeMismatch> match(const Shape& shape, std::span<const std::string_view> brackets) {
  std::vector<ShapeMismatch> mismatches;
  for (std::size_t i = 0; i < brackets.size(); ++i) {
    const ShapeField* const field = field_at(shape, i);
    if (field == nullptr) {
      mismatches.push_back({Kind::kCount, i, "no more brackets"});
      return mismatches;
    }
    if (auto mismatch = match_field(*field, brackets[i], i)) {
      mismatches.push_back(std::move(*mismatch));
    }
  }
  if (!is_complete(shape, brackets.size())) {
    const ShapeField* const missing = field_at(shape, brackets.size());
    mismatches.push_back({Kind::kCount, brackets.size(), "another bracket: " + describe(*missing)});
  }
  return mismatches;
}

}  // namespace p1rig
