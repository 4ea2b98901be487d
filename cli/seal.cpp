#include <fmt/core.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "cli/command.h"
#include "cli/input.h"
#include "cli/key_options.h"
#include "cli/options.h"
#include "cli/outputs.h"
#include "protocol/framer.h"
#include "protocol/hex.h"
#include "protocol/wording.h"
#include "simulator/files/output_file.h"

namespace p1rig {
namespace {

/// Where the result goes: a file, or stdout.
class Output {
 public:
  /// Returns the exit code where the file must not or cannot be written, after saying why.
  int open(const Options& options) {
    if (!options.has("output")) {
      auto opened = OutputFile::open("-");
      if (!opened) return complain(kEnvironment, opened.error().message);
      file_.emplace(std::move(*opened));
      return kAsExpected;
    }
    OutputGuard guard = guard_of(options);
    guard.reads(options.words()[0]);
    return open_output(options, "output", kTelegramsKind, guard, file_);
  }

  /// Copied data waits for sealed data: a file is not replaced for the former alone.
  void pass(std::string_view bytes) { write(bytes, !file_->is_replaced()); }
  void write(std::string_view bytes) { write(bytes, true); }
  bool failed() const { return !trouble_.empty(); }

  /// The exit code of what was written.
  int finish() const { return failed() ? complain(kEnvironment, trouble_) : kAsExpected; }

 private:
  void write(std::string_view bytes, bool wanted) {
    wanted_ = wanted_ || wanted;
    held_ += bytes;
    if (!wanted_ || failed()) return;
    if (const auto done = file_->write(held_); !done) trouble_ = done.error().message;
    held_.clear();
  }

  std::optional<OutputFile> file_;
  std::string held_, trouble_;
  bool wanted_ = false;
};

/// The keys of a command that cannot do without.
int need_keys(const Options& options, std::optional<FrameKeys>& keys) {
  if (!options.has("key-file")) return options.misuse("--key-file is missing");
  return choose_keys(options, keys);
}

struct SealSettings {
  std::string title = std::string("SAG\0\0\x11\x22\x33", kTitleSize);
  std::uint32_t counter = 0;
  LengthForm form = LengthForm::kCanonical;
};

int seal_settings(const Options& options, SealSettings& settings) {
  if (const auto text = options.get("title")) {
    const auto title = parse_hex(*text);
    if (!title || title->size() != kTitleSize) {
      return options.misuse("--title: expected eight bytes as 16 hexadecimal digits");
    }
    settings.title = *title;
  }
  if (const auto text = options.get("counter")) {
    const auto counter = parse_count(*text);
    if (!counter || *counter >= kLastCounter) {
      return options.misuse("--counter: expected a number from 0 to 4294967294");
    }
    settings.counter = static_cast<std::uint32_t>(*counter);
  }
  if (const auto text = options.get("length-form")) {
    const auto form = parse_length_form(*text);
    if (!form) return options.misuse("--length-form: expected canonical, 81, 82 or 83");
    settings.form = *form;
  }
  return kAsExpected;
}

void declare_output(Options& options) {
  options.value("output,o", "OUT", "write here; default: stdout");
  add_force_option(options);
  add_key_option(options);
}

}  // namespace

int run_seal(const Arguments& arguments) {
  Options options(
      "seal IN [-o OUT] --key-file F [--title HEX] [--counter N] [--length-form L]",
      "Encrypts each telegram of a file. Anything else is left out, and sealed frames are\n"
      "copied. Exit code 1 if there was no telegram.");
  declare_output(options);
  options.value("title", "HEX", "system title, 16 digits; default: 5341470000112233");
  options.value("counter", "N", "frame counter of the first telegram; default: 0");
  options.value("length-form", "L", "canonical (the shortest, default), 81, 82 or 83");
  if (const auto code = options.parse(arguments, 1, 1)) return *code;
  SealSettings settings;
  if (const int code = seal_settings(options, settings); code != kAsExpected) return code;
  std::optional<FrameKeys> keys;
  if (const int code = need_keys(options, keys); code != kAsExpected) return code;
  Output output;
  if (const int code = output.open(options); code != kAsExpected) return code;

  FrameCipher cipher(*keys);
  std::uint64_t telegrams = 0;
  std::string trouble;
  std::string frame;
  Framer framer([&](const Stretch& stretch) {
    if (stretch.kind == Stretch::Kind::kFrame) output.pass(stretch.bytes);
    if (stretch.kind != Stretch::Kind::kTelegram || !trouble.empty()) return;
    ++telegrams;
    if (!frame_length_field(stretch.bytes.size(), settings.form)) {
      trouble = fmt::format("telegram {} has {}, too many for this length form", telegrams,
                            counted(stretch.bytes.size(), "byte"));
    } else if (settings.counter == kLastCounter) {
      trouble = fmt::format("telegram {}: the frame counter is exhausted", telegrams);
    } else {
      cipher.seal(settings.title, settings.counter++, stretch.bytes, frame, settings.form);
      output.write(frame);
    }
  });
  const std::string& input = options.words()[0];
  const int code = read_input(input, {}, [&](std::string_view bytes) {
    framer.feed(bytes);
    return trouble.empty() && !output.failed();
  });
  framer.finish();
  if (const int done = output.finish(); done != kAsExpected) return done;
  if (code != kAsExpected) return code;
  if (!trouble.empty()) return complain(kUsage, fmt::format("{}: {}", input, trouble));
  if (telegrams > 0) return kAsExpected;
  return complain(kNotAsExpected, fmt::format("{}: there is no complete telegram", input));
}

int run_unseal(const Arguments& arguments) {
  Options options(
      "unseal IN [-o OUT] --key-file F",
      "Decrypts the sealed frames of a file or a line. Plain telegrams are copied. Exit\n"
      "code 1 if a frame cannot be decrypted, or if there is none.");
  declare_output(options);
  if (const auto code = options.parse(arguments, 1, 1)) return *code;
  std::optional<FrameKeys> keys;
  if (const int code = need_keys(options, keys); code != kAsExpected) return code;
  Output output;
  if (const int code = output.open(options); code != kAsExpected) return code;

  const std::string& input = options.words()[0];
  FrameCipher cipher(*keys);
  std::uint64_t opened = 0;
  std::uint64_t refused = 0;
  std::string telegram;
  Framer framer([&](const Stretch& stretch) {
    if (stretch.kind == Stretch::Kind::kTelegram) output.pass(stretch.bytes);
    const bool cut =
        stretch.kind == Stretch::Kind::kFragment && stretch.bytes.starts_with(kFrameStart);
    if (cut) {
      ++refused;
      complain(kNotAsExpected,
               fmt::format("{}: offset {}: the frame is cut, or its length is wrong", input,
                           stretch.offset));
    }
    if (stretch.kind != Stretch::Kind::kFrame) return;
    const auto frame = parse_frame(stretch.bytes);
    if (frame && cipher.open(*frame, telegram)) {
      ++opened;
      output.write(telegram);
    } else {
      ++refused;
      complain(
          kNotAsExpected,
          fmt::format(
              "{}: offset {}: these keys do not decrypt the frame: wrong keys, or changed bytes",
              input, stretch.offset));
    }
  });
  const int code = read_input(input, {}, [&](std::string_view bytes) {
    framer.feed(bytes);
    return !output.failed();
  });
  framer.finish();
  if (const int done = output.finish(); done != kAsExpected) return done;
  if (code != kAsExpected) return code;
  if (refused > 0) return kNotAsExpected;
  if (opened > 0) return kAsExpected;
  return complain(kNotAsExpected, fmt::format("{}: there is no sealed telegram", input));
}

}  // namespace p1rig
