#include "conformance/learn/profile_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "conformance/judge/printable_text.h"
#include "conformance/learn/template_text.h"

namespace p1rig {
namespace {

using std::chrono::seconds;

class Writer {
 public:
  explicit Writer(const LearnedProfile& profile) : profile_(profile) {}

  std::string run() {
    comments();
    meter();
    line();
    telegram();
    mbus();
    rest_of_meter();
    values();
    quirks();
    evidence();
    if (!profile_.example_file.empty()) example();
    return std::move(text_);
  }

 private:
  template <class... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
  }
  void comment(std::string_view what) { add("# {}\n", printable_text(what)); }
  void key(std::string_view name, std::string_view value) {
    if (!value.empty()) add("{} = {}\n", name, toml_string(value));
  }
  void duration(std::string_view name, const std::optional<seconds>& value) {
    if (value) add("{} = \"{}s\"\n", name, value->count());
  }

  void comments() {
    comment("Learned by `p1rig learn` from " + profile_.source + ".");
    for (const std::string& note : profile_.notes) comment(note);
    for (const std::string& note : profile_.times.notes) comment(note);
    for (const std::string& note : profile_.telegram.notes) comment(note);
  }

  void meter() {
    add("\n[meter]\n");
    key("name", profile_.name);
    constexpr std::size_t kMaker = 3, kMakerAndBaud = 4;
    const std::string identification = printable_text(profile_.identification);
    const std::string brand = identification.substr(0, kMaker);
    key("brand", brand.empty() ? "unknown" : brand);
    if (identification.size() > kMakerAndBaud) key("model", identification.substr(kMakerAndBaud));
    key("dialect", profile_.dialect->name);
    key("country", profile_.country);
    add("phases = {}\n", profile_.telegram.phases);
  }

  void line() {
    const LineSettings& line = profile_.dialect->line;
    add("\n[line]  # baud and framing are the dialect's: bytes do not show them\n");
    add("baud = {}\n", line.baud);
    key("framing", framing_of(line));
    duration("period", profile_.times.period.value_or(profile_.dialect->period));
    key("zone", profile_.zone);
    if (profile_.times.counts_from_request) key("phase", "edge");
  }

  void block(std::string_view name, std::string_view text) {
    add("\n[{}]\n", name);
    if (name == "telegram") key("crc", profile_.telegram.crc_algorithm);
    add("text = '''\n{}'''\n", text);
  }

  void telegram() { block("telegram", profile_.telegram.text); }

  void mbus() {
    const LearnedTimes& times = profile_.times;
    const LearnedTelegram& telegram = profile_.telegram;
    if (telegram.blocks.empty()) return;
    add("\n[mbus]\n");
    if (telegram.channels > 0) add("channels = {}\n", telegram.channels);
    duration("period", times.capture_period.value_or(profile_.dialect->capture_period));
    if (times.capture_offset != seconds(0)) duration("offset", times.capture_offset);
    duration("spread", times.capture_spread);
    if (times.capture_delay != seconds(0)) duration("delay", times.capture_delay);
    for (const auto& [medium, text] : telegram.blocks) block("mbus." + medium, text);
  }

  void rest_of_meter() {
    if (!profile_.telegram.unset_time.empty()) {
      add("\n[unset]\n");
      key("time", profile_.telegram.unset_time);
    }
    if (profile_.times.register_update) {
      add("\n[registers]\n");
      duration("update", profile_.times.register_update);
    }
    if (profile_.times.phase_skew.value_or(seconds(0)) != seconds(0)) {
      add("\n[registration]\n");
      duration("phase_skew", profile_.times.phase_skew);
    }
  }

  /// A text without end of line may be empty in the telegram; it has no value then.
  void value(const LearnedValue& value) {
    if (!value.value.empty()) add("\"{}\" = {}\n", value.quantity, toml_string(value.value));
  }

  void values() {
    add("\n[values]\n");
    for (const LearnedValue& each : profile_.telegram.values) {
      if (each.is_kept) value(each);
    }
    for (const LearnedDevice& each : profile_.telegram.devices) device("device", each, false);
  }

  void device(std::string_view name, const LearnedDevice& device, bool with_time) {
    add("\n[[{}]]\n", name);
    key("medium", device.medium);
    key("id", device.id);
    key("ean", device.ean);
    if (with_time) key("time", device.time);
    key("reading", device.reading);
    if (!device.valve.empty()) add("valve = {}\n", device.valve);
    add("channel = {}\n", device.channel);
  }

  void quirks() {
    for (const LearnedQuirk& quirk : profile_.quirks) {
      add("\n[[quirk]]  # {}\n", printable_text(quirk.what));
      key("rule", quirk.rule);
      key("obis", quirk.obis);
      key("source", "learned from " + profile_.source);
    }
  }

  void evidence() {
    add("\n[evidence]\nfollows = [{}]\n", toml_string("p1rig learn, from " + profile_.source));
  }

  void entries(std::string_view name, const std::vector<LearnedEntry>& entries) {
    if (entries.empty()) return;
    const bool is_peaks = name == "peaks";
    add("{} = [\n", name);
    for (const LearnedEntry& entry : entries) {
      std::string fields;
      if (is_peaks) fields += "month = " + toml_string(entry.month) + ", ";
      if (!entry.time.empty()) fields += "time = " + toml_string(entry.time) + ", ";
      add("  {{ {}{} = {} }},\n", fields, is_peaks ? "power" : "duration",
          toml_string(entry.value));
    }
    add("]\n");
  }

  void example() {
    const LearnedTelegram& telegram = profile_.telegram;
    add("\n[example]\n");
    key("file", profile_.example_file);
    key("at", telegram.at);
    entries("failures", telegram.failures);
    entries("peaks", telegram.peaks);
    add("\n[example.values]\n");
    for (const LearnedValue& each : telegram.values) value(each);
    for (const LearnedDevice& each : telegram.devices) device("example.device", each, true);
  }

  const LearnedProfile& profile_;
  std::string text_;
};

}  // namespace

std::string profile_text(const LearnedProfile& profile) { return Writer(profile).run(); }

}  // namespace p1rig
