#include <fmt/core.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "cli/command.h"
#include "cli/input.h"
#include "cli/json_origin.h"
#include "cli/line_effects.h"
#include "cli/options.h"
#include "conformance/judge/line_mistakes.h"
#include "protocol/crc16.h"
#include "protocol/wording.h"
#include "simulator/line/reader_end.h"
#include "simulator/profile/profile.h"

namespace p1rig {
namespace {

using Json = nlohmann::ordered_json;

/// "9600 7E1"; nothing if it is something else.
std::optional<LineSettings> parse_settings(std::string_view text) {
  int baud = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), baud);
  if (error != std::errc{} || baud < 50 || baud > 4'000'000) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
  if (!text.starts_with(' ')) return std::nullopt;
  return parse_framing(text.substr(1), baud);
}

/// A number from 0 to 1, or as "3%".
std::optional<double> parse_share(std::string_view text) {
  const bool percent = text.ends_with('%');
  if (percent) text.remove_suffix(1);
  double value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || rest != text.data() + text.size()) return std::nullopt;
  return percent ? value / 100 : value;
}

std::string written(const LineSettings& settings) {
  return fmt::format("{} {}", settings.baud, framing_of(settings));
}

/// The first bytes, with those that no terminal should be given as \xAB.
std::string shown(std::string_view bytes) {
  constexpr std::size_t kMost = 48;
  std::string text;
  for (const char c : bytes.substr(0, kMost)) {
    if (c == '\\') {
      text += "\\\\";
    } else if (c >= ' ' && c <= '~') {
      text += c;
    } else {
      text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return text + (bytes.size() > kMost ? "..." : "");
}

/// A telegram with every character that telegrams have.
std::string sample_telegram() {
  std::string telegram =
      "/ISk5\\2MT382-1000\r\n"
      "\r\n"
      "1-3:0.2.8(50)\r\n"
      "0-0:1.0.0(101209113020W)\r\n"
      "0-0:96.1.1(4B384547303034303436333935353037)\r\n"
      "1-0:1.8.1(123456.789*kWh)\r\n"
      "1-0:1.8.2(123456.789*kWh)\r\n"
      "1-0:1.7.0(01.193*kW)\r\n"
      "1-0:32.7.0(220.1*V)\r\n"
      "0-1:24.2.1(101209112500W)(12785.123*m3)\r\n"
      "!";
  return telegram + to_hex(crc16(telegram)) + "\r\n";
}

void print_diagnosis(const LineDiagnosis& diagnosis) {
  fmt::print("{}: {} right, {} wrong, {}, {}\n", counted(diagnosis.bytes, "byte"),
             counted(diagnosis.right_telegrams, "telegram"), diagnosis.wrong_telegrams,
             counted(diagnosis.sealed_frames, "sealed frame"), counted(diagnosis.losses, "loss"));
  if (diagnosis.origin) fmt::print("dialect: {}\n", description_of(*diagnosis.origin));
  if (diagnosis.all_well) {
    fmt::print("{}\n",
               diagnosis.sealed_frames > 0
                   ? "the line is healthy; the contents of the sealed frames were not judged"
                   : "all is well: everything on the line is correct");
  }

  for (std::size_t i = 0; i < diagnosis.mistakes.size(); ++i) {
    const LineMistake& mistake = diagnosis.mistakes[i];
    fmt::print("{}. {} ({}): {}\n   because: {}\n   do: {}\n", i + 1, mistake.id,
               to_string(mistake.likelihood), mistake.what, mistake.why, mistake.fix);
  }
  for (const LineNote& note : diagnosis.notes) {
    fmt::print("note: {}: {}\n", note.id, note.what);
    if (!note.fix.empty()) fmt::print("   do: {}\n", note.fix);
  }
}

Json json_of(const LineDiagnosis& diagnosis) {
  Json mistakes = Json::array();
  for (const LineMistake& mistake : diagnosis.mistakes) {
    mistakes.push_back({{"id", mistake.id},
                        {"likelihood", to_string(mistake.likelihood)},
                        {"what", mistake.what},
                        {"why", mistake.why},
                        {"fix", mistake.fix}});
  }
  Json notes = Json::array();
  for (const LineNote& note : diagnosis.notes) {
    notes.push_back({{"id", note.id}, {"what", note.what}, {"fix", note.fix}});
  }
  return {{"dialect_found", diagnosis.origin ? json_of<Json>(*diagnosis.origin) : Json()},
          {"all_well", diagnosis.all_well},
          {"bytes", diagnosis.bytes},
          {"telegrams", diagnosis.right_telegrams},
          {"wrong_telegrams", diagnosis.wrong_telegrams},
          {"sealed_frames", diagnosis.sealed_frames},
          {"losses", diagnosis.losses},
          {"mistakes", std::move(mistakes)},
          {"notes", std::move(notes)}};
}

/// True if the input ends, and all of it is there: what was not looked at can be counted.
bool is_whole_file(const std::string& name) {
  struct stat status {};
  const bool known =
      name == "-" ? ::fstat(STDIN_FILENO, &status) == 0 : ::stat(name.c_str(), &status) == 0;
  return known && S_ISREG(status.st_mode);
}

/// Of more bytes than were looked at nobody knows whether all is well.
void tell_part(std::uint64_t all, bool is_whole, LineDiagnosis& diagnosis) {
  if (all <= diagnosis.bytes) return;
  diagnosis.all_well = false;
  const std::string looked_at = is_whole
                                    ? fmt::format("{} of {}", diagnosis.bytes, counted(all, "byte"))
                                    : counted(diagnosis.bytes, "byte");
  diagnosis.notes.push_back({"part", fmt::format("only the first {} were looked at", looked_at),
                             "p1rig lint judges all of it"});
}

int diagnose_input(const std::string& name, bool raw, bool json) {
  const bool is_live = name != "-" && ReaderEnd::is_live(name);
  const bool is_whole = is_whole_file(name);
  std::string bytes;
  std::vector<std::uint64_t> releases;
  bool requested = true;
  std::uint64_t all = 0;
  const auto take = [&](const InputPortion& portion) {
    all += portion.bytes.size();
    if (bytes.size() >= kMostDiagnosed) return is_whole;
    if (portion.requested && !*portion.requested && requested) releases.push_back(bytes.size());
    requested = portion.requested.value_or(requested);
    bytes += portion.bytes;
    // A line has no end; of a pipe, one more portion shows whether it has.
    return !is_live || bytes.size() < kMostDiagnosed;
  };
  const int code = read_portions(name, LineSettings{}, take, {.unwrap = !raw});
  if (code != kAsExpected) return code;
  LineDiagnosis diagnosis = diagnose_bytes(bytes, releases);
  const bool nothing_wrong = diagnosis.all_well;
  if (!is_live) tell_part(all, is_whole, diagnosis);
  if (json) {
    fmt::print("{}\n", json_of(diagnosis).dump(1));
  } else {
    print_diagnosis(diagnosis);
  }
  if (!nothing_wrong) return kNotAsExpected;
  return diagnosis.all_well && diagnosis.sealed_frames == 0 ? kAsExpected : kInconclusive;
}

struct LineQuestion {
  LineSettings meter, reader;
  UartPath path;
};

void print_effects(const LineQuestion& question, std::string_view telegram,
                   const LineEffects& effects) {
  const std::string values = values_of(effects.received);
  fmt::print("The meter sends {}, the reader is set to {}.\n\n", written(question.meter),
             written(question.reader));
  fmt::print("sent      {}: {}\n", counted(telegram.size(), "byte"), shown(telegram));
  fmt::print("received  {}: {}\n", counted(values.size(), "byte"), shown(values));
  fmt::print("errors    {} framing, among them {}; {} parity\n\n", effects.framing_errors,
             counted(effects.breaks, "break"), effects.parity_errors);
  if (effects.right) {
    fmt::print("Every byte arrives as it was sent.\n{}", effects.causes.empty() ? "" : "\n");
  }
  for (const LineCause& cause : effects.causes) {
    fmt::print("What: {}\nWhy:  {}\nDo:   {}\n\n", cause.what, cause.why, cause.fix);
  }
}

Json json_of(const LineQuestion& question, std::string_view telegram, const LineEffects& effects) {
  Json causes = Json::array();
  for (const LineCause& cause : effects.causes) {
    causes.push_back(
        {{"id", cause.id}, {"what", cause.what}, {"why", cause.why}, {"fix", cause.fix}});
  }
  const std::string values = values_of(effects.received);
  return {{"meter", written(question.meter)},
          {"reader", written(question.reader)},
          {"right", effects.right},
          {"sent", telegram.size()},
          {"received", values.size()},
          {"first_bytes", shown(values)},
          {"framing_errors", effects.framing_errors},
          {"breaks", effects.breaks},
          {"parity_errors", effects.parity_errors},
          {"causes", std::move(causes)}};
}

/// The settings and the path from the options; explains what is wrong and returns its exit code.
int ask_question(const Options& options, LineQuestion& question) {
  const std::string meter = options.get("meter").value_or("");
  if (const auto settings = parse_settings(meter)) {
    question.meter = *settings;
  } else {
    const auto profile = find_profile(meter);
    if (!profile) {
      return options.misuse("--meter: neither settings such as \"9600 7E1\" nor a profile: " +
                            profile.error().message);
    }
    question.meter = profile->line;
  }
  const auto reader = parse_settings(options.get("reader").value_or(written(question.meter)));
  if (!reader) return options.misuse("--reader: expected settings such as \"115200 8N1\"");
  question.reader = *reader;
  question.path.inverted = options.has("inverted");
  if (const auto text = options.get("skew")) {
    const auto skew = parse_share(*text);
    if (!skew || !(*skew >= -0.5 && *skew <= 0.5))
      return options.misuse("--skew: expected -50% to 50%");
    question.path.skew = *skew;
  }
  if (const auto text = options.get("noise")) {
    const auto rate = parse_share(*text);
    if (!rate || !(*rate >= 0 && *rate <= 1))
      return options.misuse("--noise: expected a bit error rate from 0 to 1");
    question.path.bit_error_rate = *rate;
  }
  if (const auto text = options.get("seed")) {
    const auto seed = parse_count(*text);
    if (!seed) return options.misuse("--seed: expected a whole number");
    question.path.noise_seed = *seed;
  }
  return kAsExpected;
}

}  // namespace

int run_diagnose(const Arguments& arguments) {
  Options options(
      "diagnose FILE|-\n"
      "       p1rig diagnose --meter PROFILE|\"9600 7E1\" [--reader \"115200 8N1\"] [--inverted]\n"
      "                      [--skew 3%] [--noise BER]",
      "Finds out what is wrong with a line: from the bytes that a reader received, or from the\n"
      "settings of meter and reader. Exit code 1 if something is wrong.");
  options.value("meter", "M", "what the meter sends: a profile, or settings such as \"9600 7E1\"");
  options.value("reader", "R", "the reader's settings; default: the meter's");
  options.flag("inverted", "an inversion is missing, or there is one too many");
  options.value("skew", "P", "how much faster the meter's clock runs than the reader's: 3%");
  options.value("noise", "BER", "the bit error rate: 0.001");
  options.value("seed", "N", "selects the noise; default: 1");
  add_raw_option(options);
  options.flag("json", "one JSON object");
  if (const auto code = options.parse(arguments, 0, 1)) return *code;
  const bool json = options.has("json");
  const bool settings_asked = options.get("meter").has_value();
  if (options.words().empty() != settings_asked)
    return options.misuse("expected either bytes, FILE or -, or --meter");
  if (!settings_asked) {
    for (const char* name : {"reader", "skew", "noise", "seed"}) {
      if (options.get(name)) return options.misuse(fmt::format("--{} requires --meter", name));
    }
    return diagnose_input(options.words()[0], options.has("raw"), json);
  }

  if (options.has("raw")) return options.misuse("--raw requires FILE or -");
  LineQuestion question;
  if (const int code = ask_question(options, question); code != kAsExpected) return code;
  const std::string telegram = sample_telegram();
  const LineEffects effects =
      line_effects(telegram, question.meter, question.reader, question.path);
  if (json) {
    fmt::print("{}\n", json_of(question, telegram, effects).dump(1));
  } else {
    print_effects(question, telegram, effects);
  }
  return effects.right ? kAsExpected : kNotAsExpected;
}

}  // namespace p1rig
