#include "simulator/files/toml_scan.h"

#include <fmt/format.h>

#include <algorithm>

#include "simulator/files/utf8.h"

namespace p1rig {
namespace {

class TomlScan {
 public:
  explicit TomlScan(std::string_view text) : text_(text) {}

  std::optional<TomlFlaw> run() {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
    while (at_ < text_.size()) {
      const Utf8Character character = first_character(text_.substr(at_));
      if (auto what = flaw_of(character); !what.empty()) return TomlFlaw{place_, std::move(what)};
      const std::size_t begin = at_;
      where_ == Where::kOutside ? take_outside() : take_inside();
      count(text_.substr(begin, at_ - begin));
    }
    return std::nullopt;
  }

 private:
  enum class Where { kOutside, kComment, kString };

  /// Why the character that comes next cannot be there; empty if it can.
  std::string flaw_of(const Utf8Character& character) const {
    const auto byte = static_cast<unsigned char>(text_[at_]);
    if (character.size == 0) return fmt::format("byte {:02X} is not valid UTF-8", byte);
    const bool line_end = text_.substr(at_).starts_with("\r\n") || byte == '\n';
    if (((byte < 0x20 && byte != '\t') || byte == 0x7F) && !line_end) {
      return fmt::format("the control character U+{:04X} is not allowed in TOML", byte);
    }
    return where_ == Where::kOutside ? flaw_outside(character) : std::string();
  }

  std::string flaw_outside(const Utf8Character& character) const {
    const char c = text_[at_];
    if (character.size > 1) {
      return fmt::format("\"{}\": expected quotes around text that is not ASCII",
                         text_.substr(at_, character.size));
    }
    const bool opens = c == '[' || c == '{';
    if ((opens && open_.size() == kDeepestToml) || (c == '.' && dots_ + 1 == kDeepestToml)) {
      return fmt::format("nests deeper than {} levels", kDeepestToml);
    }
    if (tables_ > kMostTomlTables) {
      return fmt::format("has more than {} tables and dotted keys", kMostTomlTables);
    }
    if (c == '[' && open_.empty() && line_is_blank_ && !names_table()) {
      return "expected the name of a table after \"[\"";
    }
    const char opener = c == ']' ? '[' : '{';
    if ((c == ']' || c == '}') && !open_.empty() && open_.back() != opener) {
      return fmt::format("\"{}\" does not close \"{}\"", c, open_.back());
    }
    return {};
  }

  /// Whether a key follows the brackets that come next; if there is nothing, the parser reports it.
  bool names_table() const {
    std::string_view rest = text_.substr(at_ + 1);
    if (rest.starts_with('[')) rest.remove_prefix(1);
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    constexpr std::string_view kBare =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    return rest.empty() || kBare.find(rest[0]) != std::string_view::npos ||
           std::string_view("\"'").find(rest[0]) != std::string_view::npos;
  }

  void take_outside() {
    const char c = text_[at_++];
    line_is_blank_ = c == '\n' || (line_is_blank_ && (c == ' ' || c == '\t'));
    switch (c) {
      case '#':
        where_ = Where::kComment;
        break;
      case '"':
      case '\'':
        begin_string(c);
        break;
      case '.':
        ++dots_;
        ++tables_;
        break;
      case '[':
      case '{':
        if (open_.empty()) ++tables_;
        open_ += c;
        dots_ = 0;
        break;
      case ']':
      case '}':
        if (!open_.empty()) open_.pop_back();
        dots_ = 0;
        break;
      case '\n':
      case ',':
      case '=':
        dots_ = 0;
        break;
      default:
        break;
    }
  }

  void begin_string(char quote) {
    where_ = Where::kString;
    quotes_ = std::string(1, quote);
    const std::string three(3, quote);
    if (text_.substr(at_ - 1).starts_with(three)) {
      quotes_ = three;
      at_ += 2;
    }
  }

  void take_inside() {
    const std::string_view rest = text_.substr(at_);
    if (where_ == Where::kComment) {
      if (rest[0] == '\n') leave_line();
      at_ += first_character(rest).size;
    } else if (rest.starts_with(quotes_)) {
      where_ = Where::kOutside;
      at_ += quotes_.size();
      // Up to two quotes right before the three that end a text are its own.
      for (int i = 0; quotes_.size() == 3 && i < 2 && text_.substr(at_).starts_with(quotes_[0]);
           ++i) {
        ++at_;
      }
    } else if (rest[0] == '\\' && quotes_[0] == '"' && rest.size() > 1 &&
               (rest[1] == '"' || rest[1] == '\\')) {
      at_ += 2;
    } else {
      if (rest[0] == '\n' && quotes_.size() == 1) leave_line();  // never closed
      at_ += first_character(rest).size;
    }
  }

  void leave_line() {
    where_ = Where::kOutside;
    line_is_blank_ = true;
    dots_ = 0;
  }

  void count(std::string_view taken) {
    for (const char c : taken) {
      if (c == '\n') {
        ++place_.line;
        place_.column = 1;
      } else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80) {
        ++place_.column;
      }
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Place place_{1, 1};
  Where where_ = Where::kOutside;
  std::string quotes_;         ///< that end the string
  std::string open_;           ///< brackets
  std::size_t dots_ = 0;       ///< of the key so far
  std::size_t tables_ = 0;     ///< headers, brackets that are in no other, and dots
  bool line_is_blank_ = true;  ///< so far
};

}  // namespace

std::optional<TomlFlaw> find_toml_flaw(std::string_view text) { return TomlScan(text).run(); }

}  // namespace p1rig
