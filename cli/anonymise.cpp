#include "conformance/judge/anonymise.h"

#include <fmt/core.h>

#include <deque>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "cli/command.h"
#include "cli/input.h"
#include "cli/key_options.h"
#include "cli/options.h"
#include "cli/outputs.h"
#include "protocol/framer.h"
#include "protocol/wording.h"
#include "simulator/line/recording.h"
#include "simulator/line/recording_note.h"
#include "simulator/seal/key_file.h"

namespace p1rig {
namespace {

/// What a file consists of: the events of a recording, or the portions of a text, which have
/// nothing but bytes.
using TakeEvent = std::function<bool(RecordedEvent)>;

bool is_from_meter(const RecordedEvent& event) { return event.type == SerialEvent::kDataReceived; }

int read_events(const std::string& path, bool recorded, const ReadPlan& plan,
                const TakeEvent& take) {
  if (!recorded) {
    const auto take_bytes = [&](std::string_view bytes) {
      return take({.type = SerialEvent::kDataReceived, .bytes = std::string(bytes)});
    };
    return read_input(path, {}, take_bytes, plan);
  }
  auto reader = RecordingReader::open(path);
  if (!reader) return complain(kUsage, reader.error().message);
  for (;;) {
    auto event = reader->next();
    if (!event) return complain(kEnvironment, event.error().message);
    if (!*event || !take(std::move(**event))) return kAsExpected;
  }
}

/// Puts rewritten stretches back into the events that their bytes came in. A stretch that became
/// longer or shorter does so in its last event.
class EventRewriter {
 public:
  EventRewriter(Anonymiser& anonymiser, TakeEvent put)
      : anonymiser_(anonymiser), put_(std::move(put)) {}

  void take(RecordedEvent event) {
    const std::size_t size = is_from_meter(event) ? event.bytes.size() : 0;
    const std::string bytes = std::exchange(event.bytes, {});
    // What a reader wrote is not the meter's, and private.
    if (size == 0) event.bytes.assign(bytes.size(), '\0');
    pending_.push_back({std::move(event), taken_ + size});
    taken_ += size;
    if (size > 0) framer_.feed(bytes);
    put_whole();
  }

  void finish() {
    framer_.finish();
    put_whole();
  }

  const std::string& trouble() const { return trouble_; }

 private:
  struct Pending {
    RecordedEvent event;
    std::uint64_t end = 0;  ///< of its bytes in the stream
  };

  void rewrite(const Stretch& stretch) {
    if (!trouble_.empty()) return;
    const auto instead = anonymiser_.rewrite(stretch);
    if (!instead) trouble_ = instead.error().message;
    if (stretch.offset != rewritten_) {
      trouble_ = fmt::format("offset {}: a frame that lost bytes", stretch.offset);
    }
    if (!trouble_.empty()) return;
    std::string_view rest = *instead;
    const std::uint64_t end = rewritten_ + stretch.bytes.size();
    for (Pending& pending : pending_) {
      if (pending.end <= rewritten_) continue;
      const bool last = pending.end >= end;
      const auto part = rest.substr(0, last ? rest.size() : pending.end - rewritten_);
      pending.event.bytes += part;
      rest.remove_prefix(part.size());
      if (last) break;
      rewritten_ = pending.end;
    }
    rewritten_ = end;
  }

  void put_whole() {
    while (!pending_.empty() && pending_.front().end <= rewritten_) {
      if (!put_(std::move(pending_.front().event))) trouble_ = "cannot be written";
      pending_.pop_front();
    }
  }

  Anonymiser& anonymiser_;
  TakeEvent put_;
  Framer framer_{[this](const Stretch& stretch) { rewrite(stretch); }};
  std::deque<Pending> pending_;
  std::uint64_t taken_ = 0, rewritten_ = 0;  ///< bytes of the stream
  std::string trouble_;
};

/// The first time through the file: nothing is written before all is known to be well.
int learn(const std::string& path, bool recorded, const ReadPlan& plan, Anonymiser& anonymiser) {
  std::string trouble;
  Framer framer([&](const Stretch& stretch) {
    const auto done = anonymiser.learn(stretch);
    if (!done && trouble.empty()) trouble = done.error().message;
  });
  const int code = read_events(path, recorded, plan, [&](const RecordedEvent& event) {
    if (is_from_meter(event)) framer.feed(event.bytes);
    return trouble.empty();
  });
  if (code != kAsExpected) return code;
  if (trouble.empty()) framer.finish();
  if (!trouble.empty()) return complain(kUsage, path + ": " + trouble + "; nothing was written");
  if (anonymiser.telegrams() > 0) return kAsExpected;
  return complain(kNotAsExpected, path + ": there is no complete telegram; nothing was written");
}

int rewrite(const std::string& path, bool recorded, const ReadPlan& plan, Anonymiser& anonymiser,
            const TakeEvent& put) {
  EventRewriter rewriter(anonymiser, put);
  const int code = read_events(path, recorded, plan, [&](RecordedEvent event) {
    rewriter.take(std::move(event));
    return rewriter.trouble().empty();
  });
  if (code != kAsExpected) return code;
  rewriter.finish();
  if (rewriter.trouble().empty()) return kAsExpected;
  return complain(kEnvironment, path + ": " + rewriter.trouble());
}

int write_text(const std::string& path, const Options& options, OutputGuard& guard,
               Anonymiser& anonymiser) {
  std::optional<OutputFile> file;
  if (const int code = open_output(options, "output", kTelegramsKind, guard, file);
      code != kAsExpected) {
    return code;
  }
  const ReadPlan plan{.unwrap = !options.has("raw")};
  return rewrite(path, false, plan, anonymiser, [&](const RecordedEvent& event) {
    const auto done = file->write(event.bytes);
    if (!done) complain(kEnvironment, done.error().message);
    return done.has_value();
  });
}

int write_recorded(const std::string& path, const std::string& output, OutputGuard& guard,
                   Anonymiser& anonymiser) {
  if (const int code = claim_recording("-o", output, guard); code != kAsExpected) return code;
  // Not the line: it may name a host, and not the details, which may name anything.
  const RecordingNote before = read_note(path).value_or(RecordingNote{});
  auto writer =
      RecordingWriter::create(output, RecordingNote{.source = "p1rig " P1RIG_VERSION " anonymise",
                                                    .profile = before.profile,
                                                    .settings = before.settings});
  if (!writer) return complain(kEnvironment, "-o: " + writer.error().message);
  return rewrite(path, true, {}, anonymiser, [&](const RecordedEvent& event) {
    writer->write(event);
    return writer->good();
  });
}

int choose_new_keys(const Options& options, std::optional<FrameKeys>& keys) {
  const auto path = options.get("new-key-file");
  if (!path) return kAsExpected;
  if (!options.has("key-file")) return options.misuse("--new-key-file: requires --key-file");
  const auto file = load_key_file(*path);
  if (!file) return complain(kUsage, file.error().message);
  keys = file->keys;
  return kAsExpected;
}

}  // namespace

int run_anonymise(const Arguments& arguments) {
  Options options(
      "anonymise IN -o OUT [--key-file F [--new-key-file F]]",
      "Replaces equipment identifiers, EAN codes and names in telegrams consistently, and\n"
      "recomputes the CRCs. IN: text or a recording.");
  options.value("output,o", "OUT", "the output file (required)");
  add_raw_option(options);
  add_key_option(options);
  options.value("new-key-file", "F",
                "the keys for sealing the telegrams again; default: the old ones");
  add_force_option(options);
  if (const auto code = options.parse(arguments, 1, 1)) return *code;
  const std::string& path = options.words()[0];
  const auto output = options.get("output");
  if (!output) return options.misuse("-o: the output file is missing");
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return complain(kUsage, path + ": No such file");
  if (!std::filesystem::is_regular_file(path, error)) {
    return complain(kUsage, path + ": expected a regular file, because it is read twice");
  }
  if (std::filesystem::file_size(path, error) == 0) return complain(kUsage, path + ": is empty");
  OutputGuard guard = guard_of(options);
  guard.reads(path);
  guard.reads(note_path(path));
  std::optional<FrameKeys> keys, new_keys;
  if (const int code = choose_keys(options, keys); code != kAsExpected) return code;
  if (const int code = choose_new_keys(options, new_keys); code != kAsExpected) return code;

  Anonymiser anonymiser(keys, new_keys);
  const bool recorded = is_capture_file(path);
  const ReadPlan plan{.unwrap = !options.has("raw"), .tell = false};  // told the second time
  if (const int code = learn(path, recorded, plan, anonymiser); code != kAsExpected) return code;
  const int code = recorded ? write_recorded(path, *output, guard, anonymiser)
                            : write_text(path, options, guard, anonymiser);
  if (code == kAsExpected) {
    say(fmt::format("{}, {} replaced", counted(anonymiser.telegrams(), "telegram"),
                    counted(anonymiser.identifiers(), "identifier")));
    if (anonymiser.longer_crcs() > 0) {
      say(fmt::format("{} without leading zeros became longer: no shorter one was possible",
                      counted(anonymiser.longer_crcs(), "CRC")));
    }
  }
  return code;
}

}  // namespace p1rig
