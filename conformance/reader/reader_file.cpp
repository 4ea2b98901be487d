#include "conformance/reader/reader_file.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "conformance/reader/observer.h"
#include "conformance/reader/reader_map.h"
#include "conformance/suite/case.h"
#include "conformance/suite/known_words.h"
#include "protocol/dialect.h"
#include "protocol/obis.h"
#include "protocol/unit.h"
#include "simulator/files/data_dir.h"
#include "simulator/files/document.h"
#include "simulator/files/suggest.h"

namespace p1rig {
namespace {

/// What reader_launch.h fills in.
constexpr std::array<std::string_view, 9> kPlaceholders = {
    "endpoint", "profile", "dialect", "here", "baud", "framing", "observe", "p1rig", "key_file"};

constexpr std::array<std::string_view, 7> kEndpoints = {"pty",   "pty-shim", "tcp",  "rfc2217",
                                                        "stdin", "serial",   "cable"};

class ReaderLoader {
 public:
  explicit ReaderLoader(const Document& document)
      : complaints_(document.file), root_("the file", &document.root, complaints_) {
    reader_.file = document.file;
    reader_.name = std::filesystem::path(document.file).stem();
  }

  Result<ReaderFile> run() {
    read_reader();
    read_observer();
    read_map();
    root_.finish();
    if (!complaints_.none()) return tl::make_unexpected(complaints_.error());
    return std::move(reader_);
  }

 private:
  void read_reader() {
    TableReader table("[reader]", root_.node("reader"), complaints_);
    if (!table.exists()) return complaints_.add({1, 1}, "[reader] is missing");
    reader_.name = table.string("name").value_or(reader_.name);
    reader_.command = table.texts("command");
    reader_.attached = table.boolean("attached").value_or(false);
    if (!reader_.command.empty() && reader_.command.front().empty()) {
      table.complain("command", "the program has no name");
    }
    if (reader_.command.empty() && !reader_.attached) {
      table.complain("command", "expected a command, or attached = true for a device");
    }
    if (!reader_.command.empty() && reader_.attached) {
      table.complain("command", "an attached device is not started: remove command or attached");
    }
    check_placeholders(table);
    if (auto endpoints = table.some_strings("endpoints"); !endpoints.empty()) {
      reader_.endpoints = std::move(endpoints);
    }
    check_endpoints(table);
    reader_.dialects = table.some_strings("dialects");
    for (const std::string& glob : reader_.dialects) {
      if (!names_a_dialect(glob)) {
        table.complain("dialects", unknown_dialect(glob));
      }
    }
    reader_.can = table.strings("can");
    check_words(table, "can", reader_.can, names_of(case_needs()));
    reader_.claims = table.strings("claims");
    reader_.decimals = table.integer("decimals", 0, 9);
    const std::string time = table.word("time", {"aware", "local", "utc"}).value_or("aware");
    reader_.time = time == "aware"   ? TimeForm::kAware
                   : time == "local" ? TimeForm::kLocal
                                     : TimeForm::kUtc;
    const std::string publish =
        table.word("publish", {"every", "changes", "throttled"}).value_or("every");
    reader_.publish = publish == "changes"     ? Publish::kChanges
                      : publish == "throttled" ? Publish::kThrottled
                                               : Publish::kEvery;
    reader_.min_interval = table.duration("min_interval").value_or(reader_.min_interval);
    if (reader_.publish == Publish::kThrottled && reader_.min_interval.count() == 0) {
      table.complain("min_interval", "is required for a throttled reader");
    }
    reader_.startup = table.duration("startup").value_or(reader_.startup);
    reader_.patience = table.duration("patience").value_or(reader_.patience);
    reader_.reconnect = table.duration("reconnect").value_or(reader_.reconnect);
    reader_.wiring =
        table.word("wiring", {"rts", "rts#", "dtr", "dtr#", "vcc"}).value_or(reader_.wiring);
    const auto reset = table.word("reset", {"supply", "none"});
    reader_.reset_by_supply = reset == "supply";
    if (reset && !reader_.attached) {
      table.complain("reset", "is only for attached devices; a command is restarted");
    }
    if (const Node* node = table.node("environment")) read_environment(*node);
    table.finish();
  }

  void read_environment(const Node& node) {
    if (node.table() == nullptr) {
      return complaints_.add(
          node.place,
          fmt::format("environment: expected a table such as {{ TZ = \"UTC\" }}, found {}",
                      node.kind()));
    }
    constexpr std::string_view kNoName("=\0", 2);
    for (const auto& [name, value] : *node.table()) {
      const auto complain = [&](std::string_view what) {
        complaints_.add(value.place, fmt::format("environment: {}", what));
      };
      if (name.empty() || name.find_first_of(kNoName) != std::string::npos) {
        complain("a variable name must not be empty or contain '=' or NUL");
      } else if (value.string() == nullptr) {
        complain(fmt::format("{}: expected a string, found {}", name, value.kind()));
      } else if (value.string()->find('\0') != std::string::npos) {
        complain(fmt::format("{}: a variable cannot contain NUL", name));
      } else {
        reader_.environment[name] = *value.string();
      }
    }
  }

  /// Braces may be the command's own, but not what is nearly a word of ours.
  void check_placeholders(TableReader& table) {
    const std::vector<std::string_view> known(kPlaceholders.begin(), kPlaceholders.end());
    for (const std::string& word : reader_.command) {
      const std::size_t from = word.find('{'), to = word.find('}', std::min(from, word.size()));
      if (to == std::string::npos) continue;
      const std::string name = word.substr(from + 1, to - from - 1);
      if (std::ranges::find(known, name) != known.end()) continue;
      const std::string meant = did_you_mean(name, known);
      if (!meant.empty()) table.complain("command", fmt::format("unknown {{{}}}{}", name, meant));
    }
  }

  void check_endpoints(TableReader& table) {
    for (const std::string& endpoint : reader_.endpoints) {
      if (auto right = check_endpoint(endpoint, reader_.attached); !right) {
        table.complain("endpoints", right.error().message);
      }
    }
  }

  void read_observer() {
    TableReader table("[observe]", root_.node("observe"), complaints_);
    if (!table.exists()) return;
    ReaderObserver& observe = reader_.observe;
    observe.kind = table.string("kind").value_or(observe.kind);
    observe.address = table.string("address").value_or("");
    observe.topic = table.string("topic").value_or("");
    const auto interval = table.duration("interval");
    check_words(table, "kind", {observe.kind}, names_of(observer_kinds()));
    if (const ObserverKind* const kind = find_observer_kind(observe.kind)) {
      observe.interval = interval.value_or(kind->interval);
      check_observer(table, *kind);
      if (interval && (kind->interval.count() == 0 || interval->count() == 0)) {
        table.complain("interval", kind->interval.count() == 0 ? "is only for http and mqtt"
                                                               : "expected more than 0");
      }
    }
    table.finish();
  }

  void check_observer(TableReader& table, const ObserverKind& kind) {
    const ReaderObserver& observe = reader_.observe;
    if (kind.address.empty() != observe.address.empty()) {
      table.complain("address", kind.address.empty() ? fmt::format("{} has none", kind.name)
                                                     : fmt::format("expected {}", kind.address));
    } else if (kind.complaint != nullptr) {
      const std::string wrong = kind.complaint(observe);
      if (!wrong.empty()) table.complain("address", wrong);
    }
    if (kind.has_topic != !observe.topic.empty()) {
      table.complain("topic", kind.has_topic ? "expected the topic that the reader publishes to"
                                             : fmt::format("{} has none", kind.name));
    }
  }

  void read_map() {
    const Node* const map = root_.node("map");
    if (map == nullptr) return;
    if (map->table() == nullptr) return complaints_.add(map->place, "[map]: expected a table");
    for (const auto& [target, node] : *map->table()) {
      ReaderMapping mapping{.target = target};
      if (!medium_of_target(target) && !parse_obis(target)) {
        complaints_.add(node.place,
                        "[map]: \"" + target + "\" is neither an OBIS code nor mbus[medium=gas]");
      }
      TableReader table("[map]", &node, complaints_);
      mapping.path = table.required_string("path");
      mapping.unit = table.string("unit").value_or("");
      mapping.at = table.string("at").value_or("");
      const auto check_pointer = [&](std::string_view key, const std::string& text) {
        if (text.empty() || is_json_pointer(text)) return;
        table.complain(key, "expected a JSON pointer such as \"/electricity/power\"");
      };
      check_pointer("path", mapping.path);
      check_pointer("at", mapping.at);
      if (mapping.unit.starts_with('/')) {
        check_pointer("unit", mapping.unit);
      } else if (!mapping.unit.empty() && !find_unit(mapping.unit)) {
        table.complain("unit", fmt::format("unknown \"{}\": expected a P1 unit, such as kWh, kW, "
                                           "m3 or V, or a JSON pointer to the unit",
                                           mapping.unit));
      }
      table.finish();
      reader_.map.push_back(std::move(mapping));
    }
    if (reader_.observe.kind == "raw") {
      complaints_.add(map->place, "[map]: a gateway that passes on bytes has no JSON");
    }
    // What is mapped is what the reader reports.
    if (!reader_.claims.empty()) return;
    for (const ReaderMapping& mapping : reader_.map) {
      if (!medium_of_target(mapping.target)) reader_.claims.push_back(mapping.target);
    }
  }

  Complaints complaints_;
  TableReader root_;
  ReaderFile reader_;
};

}  // namespace

Result<void> check_endpoint(std::string_view endpoint, bool attached) {
  const std::string_view kind = endpoint.substr(0, endpoint.find(':'));
  const std::vector<std::string_view> known(kEndpoints.begin(), kEndpoints.end());
  if (std::ranges::find(known, kind) == known.end()) return fail(unknown_word(kind, known));
  if (!attached || kind == "cable" || kind.size() < endpoint.size()) return {};
  if (kind == "pty-shim" || kind == "stdin") {
    return fail(fmt::format("{} is only for readers that p1rig starts", kind));
  }
  return fail(fmt::format(
      "\"{0}\": an attached device needs an endpoint with a name, such as \"{0}:{1}\"", kind,
      kind == "pty"      ? "/tmp/p1"
      : kind == "serial" ? "/dev/ttyUSB0"
                         : "0.0.0.0:4001"));
}

Result<ReaderFile> load_reader(const std::filesystem::path& file) {
  const auto document = read_document(file);
  if (!document) return tl::make_unexpected(document.error());
  return ReaderLoader(*document).run();
}

std::map<std::string, std::filesystem::path> list_readers() {
  auto readers = list_data("conformance/readers");
  // What a reader is known to fail is beside it.
  std::erase_if(readers, [](const auto& reader) { return reader.first.ends_with(".waivers"); });
  return readers;
}

Result<ReaderFile> find_reader(std::string_view name) {
  if (name.find('/') != std::string_view::npos || name.ends_with(".toml")) {
    return load_reader(std::filesystem::path(name));
  }
  const auto readers = list_readers();
  const auto found = readers.find(std::string(name));
  if (found != readers.end()) return load_reader(found->second);
  std::vector<std::string_view> names;
  for (const auto& [known, file] : readers) names.push_back(known);
  return fail(fmt::format("unknown reader \"{}\"{}: name one of `p1rig readers`, or a file", name,
                          did_you_mean(name, names)));
}

}  // namespace p1rig
