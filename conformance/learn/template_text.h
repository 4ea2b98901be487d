#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "conformance/learn/known_objects.h"
#include "conformance/learn/learn_telegram.h"
#include "protocol/shape.h"
#include "protocol/telegram.h"

namespace p1rig {

/// Replacements of parts of a telegram, and the template that results.
class TextEdits {
 public:
  void put(const Bracket& bracket, std::string text) {
    put(bracket.offset, bracket.text.size(), std::move(text));
  }
  void put(std::size_t offset, std::size_t size, std::string text) {
    edits_[offset] = {size, std::move(text)};
  }

  /// From `begin` to `end` of the bytes: braces doubled, line ends LF, what is no text as {raw …}.
  std::string apply(std::string_view bytes, std::size_t begin, std::size_t end) const;

 private:
  std::map<std::size_t, std::pair<std::size_t, std::string>> edits_;  ///< by offset
};

/// Bytes as a template has them outside holes.
std::string template_text(std::string_view bytes);

/// What a hole asks for, without the name of the quantity: "F9(3,3) kWh", and the value.
struct LearnedHole {
  std::string format, value;
  std::string doubt;  ///< what about the form is not known; empty if all is
};

/// Finds the format of the holes of one telegram.
class HoleMaker {
 public:
  HoleMaker(const Telegram& telegram, const TelegramOptions& options)
      : telegram_(telegram), options_(options) {}

  /// Bytes as characters, or as hexadecimal digits; nothing for what a profile cannot give back.
  std::optional<LearnedHole> text(const Bracket& bracket) const;

  /// Nothing if it is no number, or in a unit of something else.
  std::optional<LearnedHole> number(const DataLine& line, std::size_t bracket,
                                    const KnownObject& object) const;

  /// A time that the meter's clock shows, or the one that says "not set", with an empty value.
  /// There is only one of these. Nothing for other times.
  std::optional<LearnedHole> time(const Bracket& bracket);

  const std::string& unset_time() const { return unset_time_; }

 private:
  /// What the dialect has in the bracket; nullptr if it has no such.
  const ShapeField* usual_field(const DataLine& line, std::size_t bracket) const;
  bool is_padded(const DataLine& line, std::size_t bracket, const Decimal& number,
                 const KnownObject& object) const;
  bool was_negative(const DataLine& line, std::size_t bracket, const Decimal& number) const;
  bool has_sign(const DataLine& line, std::size_t bracket, const Decimal& number) const;
  bool is_summer(const Timestamp& time) const;

  const Telegram& telegram_;
  const TelegramOptions& options_;
  std::string unset_time_;
};

}  // namespace p1rig
