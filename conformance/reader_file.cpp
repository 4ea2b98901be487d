#include "conformance/reader_file.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "conformance/case.h"
#include "protocol/dialect.h"
#include "protocol/obis.h"
#include "simulator/data_dir.h"
#include "simulator/document.h"
#include "simulator/suggest.h"

namespace p1rig {
namespace {

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
    reader_.command = table.strings("command");
    reader_.attached = table.boolean("attached").value_or(false);
    if (reader_.command.empty() && !reader_.attached) {
      table.complain("command", "expected a command, or attached = true for a device");
    }
    if (auto endpoints = table.strings("endpoints"); !endpoints.empty()) {
      reader_.endpoints = std::move(endpoints);
    }
    check_words(table, "endpoints", reader_.endpoints, {kEndpoints.begin(), kEndpoints.end()});
    reader_.dialects = table.strings("dialects");
    for (const std::string& glob : reader_.dialects) {
      const auto named = [&](const Dialect& one) { return matches_glob(glob, one.name); };
      if (!std::ranges::any_of(dialects(), named)) {
        table.complain("dialects", fmt::format("no dialect is named by \"{}\"", glob));
      }
    }
    reader_.can = table.strings("can");
    std::vector<std::string_view> needs;
    for (const CaseNeed& need : case_needs()) needs.push_back(need.name);
    check_words(table, "can", reader_.can, needs);
    reader_.claims = table.strings("claims");
    if (const auto decimals = table.integer("decimals")) {
      if (*decimals < 0 || *decimals > 9) table.complain("decimals", "expected 0 to 9");
      reader_.decimals = static_cast<int>(*decimals);
    }
    const std::string time = table.word("time", {"aware", "local", "utc"}).value_or("aware");
    reader_.time = time == "aware"   ? TimeForm::kAware
                   : time == "local" ? TimeForm::kLocal
                                     : TimeForm::kUtc;
    table.word("publish", {"every", "changes", "throttled"});
    reader_.min_interval = table.duration("min_interval").value_or(reader_.min_interval);
    reader_.startup = table.duration("startup").value_or(reader_.startup);
    reader_.patience = table.duration("patience").value_or(reader_.patience);
    reader_.wiring =
        table.word("wiring", {"rts", "rts#", "dtr", "dtr#", "vcc"}).value_or(reader_.wiring);
    table.word("reset", {"supply", "none"});
    if (const Node* node = table.node("environment"); node != nullptr && node->table() != nullptr) {
      for (const auto& [name, value] : *node->table()) {
        if (value.string() == nullptr) {
          complaints_.add(value.place, name + ": expected a text");
        } else {
          reader_.environment[name] = *value.string();
        }
      }
    }
    table.finish();
  }

  void check_words(TableReader& table, std::string_view key, const std::vector<std::string>& words,
                   const std::vector<std::string_view>& known) {
    for (const std::string& word : words) {
      if (std::ranges::find(known, word) == known.end()) {
        table.complain(key, fmt::format("unknown \"{}\"{}", word, did_you_mean(word, known)));
      }
    }
  }

  void read_observer() {
    TableReader table("[observe]", root_.node("observe"), complaints_);
    if (!table.exists()) return;
    ReaderObserver& observe = reader_.observe;
    const std::string kind =
        table.word("kind", {"stdout", "tcp", "http", "mqtt", "raw"}).value_or("stdout");
    observe.kind = kind == "tcp"    ? ObserverKind::kTcp
                   : kind == "http" ? ObserverKind::kHttp
                   : kind == "mqtt" ? ObserverKind::kMqtt
                   : kind == "raw"  ? ObserverKind::kRaw
                                    : ObserverKind::kStdout;
    observe.address = table.string("address").value_or("");
    if (observe.address.empty() && observe.kind != ObserverKind::kStdout) {
      table.complain("address", "expected where the reader is observed");
    }
    observe.topic = table.string("topic").value_or("");
    observe.interval = table.duration("interval").value_or(observe.interval);
    table.finish();
  }

  void read_map() {
    const Node* const map = root_.node("map");
    if (map == nullptr) return;
    if (map->table() == nullptr) return complaints_.add(map->place, "[map]: expected a table");
    for (const auto& [target, node] : *map->table()) {
      ReaderMapping mapping{.target = target};
      const bool mbus = target.starts_with("mbus[medium=") && target.ends_with(']');
      if (!mbus && !parse_obis(target)) {
        complaints_.add(node.place, "[map]: \"" + target +
                                        "\" is no OBIS code and no mbus[medium=gas]");
      }
      TableReader table("[map]", &node, complaints_);
      mapping.path = table.required_string("path");
      if (!mapping.path.empty() && !mapping.path.starts_with('/')) {
        table.complain("path", "expected a JSON pointer such as \"/electricity/power\"");
      }
      mapping.unit = table.string("unit").value_or("");
      mapping.at = table.string("at").value_or("");
      table.finish();
      reader_.map.push_back(std::move(mapping));
    }
  }

  Complaints complaints_;
  TableReader root_;
  ReaderFile reader_;
};

}  // namespace

std::vector<std::string_view> endpoint_names() { return {kEndpoints.begin(), kEndpoints.end()}; }

Result<ReaderFile> load_reader(const std::filesystem::path& file) {
  const auto document = read_document(file);
  if (!document) return tl::make_unexpected(document.error());
  return ReaderLoader(*document).run();
}

std::map<std::string, std::filesystem::path> list_readers() {
  return list_data("conformance/readers");
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
  return fail(fmt::format("there is no reader \"{}\"{}: name one of `p1rig readers`, or a file", name,
                          did_you_mean(name, names)));
}

}  // namespace p1rig
