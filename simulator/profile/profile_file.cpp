#include <algorithm>
#include <array>

#include "protocol/crc_algorithms.h"
#include "protocol/dlms_frame.h"
#include "protocol/hex.h"
#include "simulator/files/document.h"
#include "simulator/files/suggest.h"
#include "simulator/profile/country.h"
#include "simulator/profile/profile.h"
#include "simulator/profile/table_values.h"

namespace p1rig {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// Reads one profile file; complaints are collected so that one run shows them all.
class Loader {
 public:
  explicit Loader(const Document& document)
      : document_(document),
        complaints_(document.file),
        root_("the file", &document.root, complaints_) {}

  Result<Profile> run() {
    profile_.file = document_.file;
    profile_.name = std::filesystem::path(document_.file).stem();
    meter();
    line();
    mbus();
    unset();
    telegram();
    media_of_dialect();
    registers();
    values();
    quirks();
    evidence();
    encryption();
    example();
    root_.finish();
    if (!complaints_.none()) return tl::make_unexpected(complaints_.error());
    return std::move(profile_);
  }

 private:
  TableReader table(std::string_view key) {
    return {"[" + std::string(key) + "]", root_.node(key), complaints_};
  }

  TableReader required(std::string_view key) {
    auto reader = table(key);
    if (!reader.exists()) complaints_.add({}, "[" + std::string(key) + "] is missing");
    return reader;
  }

  void meter() {
    auto meter = required("meter");
    if (!meter.exists()) return;
    profile_.title = meter.required_string("name");
    profile_.brand = meter.required_string("brand");
    profile_.model = meter.string("model").value_or("");
    profile_.country = meter.required_string("country");
    profile_.country_place = meter.place_of("country");
    if (const auto known = check_country(profile_.country); !known && !profile_.country.empty()) {
      meter.complain("country", known.error().message);
    }
    const std::string dialect = meter.required_string("dialect");
    profile_.dialect = find_dialect(dialect);
    if (profile_.dialect == nullptr && !dialect.empty()) {
      std::vector<std::string_view> names;
      for (const Dialect& known : dialects()) names.push_back(known.name);
      meter.complain("dialect",
                     "unknown dialect \"" + dialect + "\"" + did_you_mean(dialect, names));
    }
    profile_.phases = meter.integer("phases", 1, 3).value_or(3);
    if (profile_.phases == 2) meter.complain("phases", "expected 1 or 3");
    profile_.reader_setting = meter.string("reader_setting").value_or("");
    meter.finish();
  }

  void line() {
    auto line = required("line");
    if (!line.exists()) return;
    const int baud = line.integer("baud", 300, 4'000'000).value_or(115200);
    const std::string framing = line.required_string("framing");
    if (const auto settings = parse_framing(framing, baud)) {
      profile_.line = *settings;
    } else if (!framing.empty()) {
      line.complain("framing", "\"" + framing + "\" is not a framing: expected \"8N1\" or \"7E1\"");
    }
    if (line.node("period") == nullptr) line.complain("period", "is missing, such as \"10s\"");
    profile_.schedule.period =
        read_seconds(line, "period", profile_.schedule.period, seconds{1}, std::chrono::hours{1});
    const std::string zone = line.required_string("zone");
    if (auto found = Zone::find(zone)) {
      profile_.zone = std::move(*found);
      zone_known_ = true;
    } else if (!zone.empty()) {
      line.complain("zone", found.error().message);
    }
    if (line.word("phase", {"free", "edge"}) == "edge") profile_.schedule.phase = Phase::kEdge;
    if (line.word("on_release", {"cut", "finish"}) == "finish") {
      profile_.schedule.on_release = OnRelease::kFinish;
    }
    profile_.schedule.first = line.duration("first").value_or(milliseconds{0});
    if (profile_.schedule.first > profile_.schedule.period) {
      line.complain("first", "is longer than the period");
    }
    line.finish();
  }

  void telegram() {
    auto telegram = required("telegram");
    if (!telegram.exists()) return;
    const std::string text = telegram.required_text("text");
    profile_.telegram_text = text;
    check_template(telegram, profile_.layout.compile(text));
    const bool names_crc = crc_algorithm(telegram);
    telegram.finish();
    if (!text.starts_with('/')) {
      telegram.complain("text", "expected the telegram, beginning with '/' and the identification");
      return;
    }
    profile_.identification = text.substr(1, text.find_first_of("\r\n") - 1);
    const std::string end = "\n" + text;
    const auto last = end.rfind('\n', end.size() - 2);
    if (end.substr(last + 1).substr(0, 1) != "!" || !text.ends_with('\n')) {
      telegram.complain("text", "expected its last line to begin with '!'");
    }
    for (const Quantity quantity : profile_.layout.shown()) check_phase(telegram, quantity);
    if (names_crc && !profile_.layout.has_crc) {
      telegram.complain("crc", "the text has no {crc …}");
    }
  }

  /// True if the table names one that there is.
  bool crc_algorithm(TableReader& telegram) {
    const auto name = telegram.string("crc");
    if (!name) return false;
    if (const CrcAlgorithm* const algorithm = find_crc_algorithm(*name)) {
      profile_.layout.crc_algorithm = algorithm;
      return true;
    }
    std::vector<std::string_view> names;
    for (const CrcAlgorithm& algorithm : crc_algorithms()) names.push_back(algorithm.name);
    telegram.complain("crc", "unknown algorithm \"" + *name + "\"" + did_you_mean(*name, names));
    return false;
  }

  void check_phase(TableReader& telegram, Quantity quantity) {
    const std::string_view name = row_of(quantity).name;
    if (profile_.phases == 1 && (name.ends_with(".l2") || name.ends_with(".l3"))) {
      telegram.complain("text", "shows " + std::string(name) + ", but [meter] phases is 1");
    }
  }

  void mbus() {
    auto mbus = table("mbus");
    profile_.capture.channels = mbus.integer("channels", 0, 4).value_or(0);
    // Hourly is what most do, daily what some water meters do.
    constexpr seconds kNone{0}, kMost = std::chrono::days{31}, kAny = seconds::max();
    auto& [period, offset, spread, delay, channels] = profile_.capture;
    period = read_seconds(mbus, "period", period, seconds{1}, kMost);
    offset = read_seconds(mbus, "offset", offset, kNone, kAny);
    spread = read_seconds(mbus, "spread", spread, kNone, kAny);
    delay = read_seconds(mbus, "delay", delay, kNone, kAny);
    if (offset >= period) mbus.complain("offset", "expected less than the period");
    if (offset < period && offset + spread >= period) {
      mbus.complain("spread", "expected less than the period, together with the offset");
    }
    if (delay >= period) {
      mbus.complain("delay", "expected less than the period: the next value would overtake it");
    }
    for (std::size_t medium = 0; medium < kMediumCount; ++medium) {
      block(mbus, static_cast<Medium>(medium));
    }
    mbus.finish();
    if (profile_.capture.channels > 0 && !profile_.layout.has_block(Medium::kUnlinked)) {
      mbus.complain("channels", "needs [mbus.unlinked] for the free channels");
    }
  }

  void block(TableReader& mbus, Medium medium) {
    const std::string_view name = to_string(medium);
    TableReader block("[mbus." + std::string(name) + "]", mbus.node(name), complaints_);
    if (!block.exists()) return;
    const std::string text = block.required_text("text");
    profile_.mbus_text[static_cast<std::size_t>(medium)] = text;
    for (int channel = 1; channel <= 4; ++channel) {
      if (!check_template(block, profile_.layout.compile_block(text, channel, medium))) break;
    }
    block.finish();
  }

  /// Media that the file has no table for are shown as the dialect's document has them, if the
  /// telegram has a place for them.
  void media_of_dialect() {
    const bool has_place = profile_.telegram_text.find("{mbus}") != std::string::npos;
    if (profile_.dialect == nullptr || !has_place) return;
    for (const MbusForm& form : profile_.dialect->mbus) {
      const Medium medium = *find_medium(form.medium);
      std::string& text = profile_.mbus_text[static_cast<std::size_t>(medium)];
      if (!text.empty()) continue;
      text = form.text;
      for (int channel = 1; channel <= 4; ++channel) {
        profile_.layout.compile_block(text, channel, medium);
      }
    }
  }

  bool check_template(const TableReader& table, const std::optional<Layout::Flaw>& flaw) {
    if (!flaw) return true;
    complaints_.add(place_in_text(table.place_of("text"), *flaw), flaw->message);
    return false;
  }

  /// Where a place of a multi-line string is in the file: TOML drops a line end right after the
  /// opening quotes.
  Place place_in_text(Place value, const Layout::Flaw& error) const {
    std::size_t at = 0;
    for (std::uint32_t line = 1; line < value.line; ++line) at = document_.text.find('\n', at) + 1;
    at += value.column - 1;
    const std::string_view rest = std::string_view(document_.text).substr(at);
    const std::size_t quotes = rest.starts_with("'''") || rest.starts_with("\"\"\"") ? 3 : 1;
    const bool dropped =
        rest.substr(quotes).starts_with('\n') || rest.substr(quotes).starts_with("\r\n");
    const bool first = error.line == 0 && !dropped;
    return {static_cast<std::uint32_t>(value.line + error.line + (dropped ? 1 : 0)),
            static_cast<std::uint32_t>(error.column + 1 + (first ? value.column + quotes - 1 : 0))};
  }

  void unset() {
    auto unset = table("unset");
    profile_.layout.unset_time = unset.string("time").value_or("");
    unset.finish();
  }

  void registers() {
    auto registers = table("registers");
    profile_.register_update =
        read_seconds(registers, "update", seconds{0}, seconds{0}, std::chrono::days{1});
    registers.finish();
    auto registration = table("registration");
    profile_.phases_each = registration.word("phases", {"sum", "each"}) == "each";
    profile_.phase_skew =
        read_seconds(registration, "phase_skew", seconds{0}, seconds{0}, std::chrono::minutes{1});
    registration.finish();
  }

  void values() {
    // The default state of a meter: connected, its clock set.
    profile_.start[Quantity::kBreaker] = 1;
    if (const Node* node = root_.node("values")) {
      read_values("[values]", *node, profile_.start);
      refuse_measured(*node);
    }
    for (const Node* node : root_.tables("device"))
      read_device("[[device]]", *node, profile_.start);
  }

  /// What a meter measures has its value at each moment.
  void refuse_measured(const Node& values) {
    if (values.table() == nullptr) return;
    for (const auto& [key, node] : *values.table()) {
      const QuantityRow* row = find_quantity(key);
      if (row == nullptr || !follows_from_loads(row->id)) continue;
      const bool as_it_is =
          row->id == Quantity::kDemandPeriod && profile_.start[row->id] == kDemandSeconds;
      if (!as_it_is) complaints_.add(node.place, key + ": " + std::string(kFollowsFromLoads));
    }
  }

  void read_values(const std::string& name, const Node& node, MeterState& state) {
    read_quantities(name, node, complaints_,
                    [&](const QuantityRow& row, const std::string& text) -> Result<void> {
                      // An unknown zone was complained about already.
                      if (row.kind == QuantityKind::kTime && !zone_known_) return {};
                      return set_quantity(row, text, profile_.zone, state);
                    });
  }

  std::optional<std::chrono::sys_seconds> instant(TableReader& table, std::string_view key) {
    if (zone_known_) return read_instant(table, key, profile_.zone);
    table.node(key);
    return std::nullopt;
  }

  void read_device(const std::string& name, const Node& node, MeterState& state) {
    TableReader table(name, &node, complaints_);
    MbusDevice device = p1rig::read_device(table, profile_);
    device.id = table.line("id").value_or("");
    device.time = instant(table, "time");
    const int next = state.devices.empty() ? 1 : state.devices.back().channel + 1;
    device.channel = table.integer("channel", 1, 4).value_or(next);
    if (device.channel < next || device.channel > 4) {
      table.complain("channel", "channel " + std::to_string(device.channel) +
                                    ": devices must be in channel order, 1 to 4");
      device.channel = 4;
    }
    table.finish();
    state.devices.push_back(std::move(device));
  }

  void quirks() {
    for (const Node* node : root_.tables("quirk")) {
      TableReader quirk("[[quirk]]", node, complaints_);
      const std::string rule = quirk.required_string("rule");
      const std::string obis = quirk.string("obis").value_or("");
      profile_.quirks.push_back({rule, obis, quirk.required_string("source")});
      quirk.finish();
    }
  }

  void evidence() {
    auto evidence = table("evidence");
    profile_.evidence.follows = evidence.strings("follows");
    profile_.evidence.family = evidence.string("family").value_or("");
    for (const Node* node : evidence.tables("also")) {
      TableReader also("[evidence] also", node, complaints_);
      const std::string obis = also.required_string("obis");
      const std::string shape = also.required_string("shape");
      profile_.evidence.also.push_back({obis, shape, also.required_string("source")});
      also.finish();
    }
    evidence.finish();
  }

  void encryption() {
    auto table = this->table("encryption");
    if (!table.exists()) return;
    Encryption encryption;
    encryption.suite = table.integer("suite", 0, 2).value_or(0);
    if (encryption.suite != 0) table.complain("suite", "only suite 0 (AES-128-GCM) is supported");
    encryption.policy = table.integer("policy", 0, 3).value_or(3);
    if (encryption.policy == 1 || encryption.policy == 2) {
      table.complain("policy", "expected 0 or 3");
    }
    const std::string title = table.required_string("system_title");
    const bool hex = title.size() == 2 * kTitleSize &&
                     title.find_first_not_of("0123456789ABCDEF") == std::string::npos;
    if (hex) {
      encryption.system_title = *parse_hex(title);
    } else {
      table.complain("system_title", "expected eight bytes as 16 upper-case hexadecimal digits");
    }
    table.finish();
    profile_.encryption = encryption;
  }

  void example() {
    auto table = this->table("example");
    if (!table.exists()) return;
    Example example;
    example.file = table.required_string("file");
    if (const auto at = instant(table, "at")) {
      example.state[Quantity::kTime] = at->time_since_epoch().count();
    }
    if (const Node* values = table.node("values"))
      read_values("[example.values]", *values, example.state);
    for (const Node* node : table.tables("failures")) {
      TableReader entry("[example] failures", node, complaints_);
      Failure failure;
      failure.end = instant(entry, "time");
      failure.seconds =
          read_value(entry, "duration", Dimension::kDuration, QuantityKind::kCounter, "s");
      entry.finish();
      example.state.failures.push_back(failure);
    }
    for (const Node* node : table.tables("peaks")) {
      TableReader entry("[example] peaks", node, complaints_);
      MonthPeak peak;
      peak.month_end = instant(entry, "month").value_or(std::chrono::sys_seconds{});
      peak.time = instant(entry, "time");
      peak.power =
          read_value(entry, "power", Dimension::kActivePower, QuantityKind::kInstant, "kW");
      entry.finish();
      example.state.peaks.push_back(peak);
    }
    for (const Node* node : table.tables("device")) {
      read_device("[[example.device]]", *node, example.state);
    }
    fill_free_channels(profile_.capture, example.state);
    for (const Node* node : table.tables("misprints")) {
      TableReader entry("[example] misprints", node, complaints_);
      if (entry.node("printed") == nullptr) entry.complain("printed", "is missing");
      const std::string printed = entry.text("printed").value_or("");
      example.misprints.emplace_back(printed, entry.required_text("meant"));
      entry.finish();
    }
    table.finish();
    profile_.example = std::move(example);
  }

  const Document& document_;
  Complaints complaints_;
  TableReader root_;
  Profile profile_;
  bool zone_known_ = false;
};

}  // namespace

Result<Profile> load_profile(const std::filesystem::path& file) {
  const auto document = read_document(file);
  if (!document) return tl::make_unexpected(document.error());
  return Loader(*document).run();
}

Result<Profile> parse_profile(std::string file, std::string text) {
  const auto document = parse_document(std::move(file), std::move(text));
  if (!document) return tl::make_unexpected(document.error());
  return Loader(*document).run();
}

}  // namespace p1rig
