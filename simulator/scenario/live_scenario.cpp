#include "simulator/scenario/live_scenario.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "simulator/files/toml_text.h"
#include "simulator/scenario/scenario_file.h"
#include "simulator/truth_text.h"

namespace p1rig {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

const Node* find(const Node::Table& table, std::string_view key) {
  const auto entry = std::ranges::find(table, key, &Node::Entry::key);
  return entry == table.end() ? nullptr : &entry->node;
}

/// Sets a key, which comes first if it is new.
void set(Node::Table& table, std::string_view key, std::string text) {
  const auto entry = std::ranges::find(table, key, &Node::Entry::key);
  if (entry != table.end()) {
    entry->node.value = std::move(text);
  } else {
    Node node;
    node.value = std::move(text);
    table.insert(table.begin(), {std::string(key), std::move(node)});
  }
}

/// Of the item, where complaints about it do not come from what was given last.
Place place_of(std::uint64_t id) { return {0, static_cast<std::uint32_t>(id)}; }

std::string plain_time(sys_seconds t) {
  static const Zone kUtc = *Zone::find("UTC");
  std::string text = iso_time(t, kUtc);
  return text.replace(text.size() - std::string_view("+00:00").size(), std::string::npos, "Z");
}

/// Exactly, in the unit without a prefix.
std::string written_reading(const MbusDevice& device) {
  const Dimension dimension = dimension_of(device.medium);
  const std::int64_t per_unit = state_units_per_base_unit(dimension, QuantityKind::kRegister);
  std::string text = std::to_string(device.reading / per_unit);
  std::int64_t rest = device.reading % per_unit;
  if (rest > 0) text += '.';
  for (int digits = 0; rest > 0 && digits < 9; ++digits) {
    text += static_cast<char>('0' + rest * 10 / per_unit);
    rest = rest * 10 % per_unit;
  }
  const std::string_view unit = customary_unit(device.medium);
  return text + " " + std::string(unit == "kWh" ? "Wh" : unit == "GJ" ? "J" : unit);
}

Node::Table table_of(const ScenarioDevice& device) {
  Node::Table table;
  const auto add = [&](std::string_view key, auto value) {
    Node node;
    node.value = std::move(value);
    table.push_back({std::string(key), std::move(node)});
  };
  add("medium", std::string(to_string(device.device.medium)));
  add("channel", static_cast<std::int64_t>(device.device.channel));
  add("id", device.device.id);
  if (!device.device.ean.empty()) add("ean", device.device.ean);
  add("reading", written_reading(device.device));
  add("valve", device.device.valve);
  return table;
}

}  // namespace

std::vector<std::string_view> live_kinds() {
  std::vector<std::string_view> kinds = load_kinds();
  kinds.insert(kinds.end(), event_kinds().begin(), event_kinds().end());
  return kinds;
}

LiveScenario::LiveScenario(std::shared_ptr<const Scenario> scenario,
                           std::shared_ptr<const Profile> profile)
    : profile_(std::move(profile)), scenario_(std::move(scenario)) {
  if (scenario_->document == nullptr) return;
  const auto folder = std::filesystem::path(scenario_->file).parent_path();
  Complaints none(scenario_->file);  // as when it was loaded
  const Node::Table& root = *scenario_->document->root.table();
  for (const std::string_view kind : {"load", "event"}) {
    const Node* list = find(root, kind);
    if (list == nullptr) continue;
    for (const Node& node : *list->array()) {
      Item item{.id = ++last_id_, .node = node};
      if (kind == "load") {
        Load load = read_load(node, folder, *profile_, *scenario_, ++last_stream_, none);
        load.place = place_of(item.id);
        item.at = load.from;
        if (const auto* table = std::get_if<TableLoad>(&load.kind);
            table != nullptr && !table->file.empty()) {
          set(std::get<Node::Table>(item.node.value), "file",
              std::filesystem::absolute(table->file).string());
        }
        item.what = std::move(load);
      } else {
        auto event = read_event(node, *profile_, *scenario_, none);
        if (!event) continue;
        event->place = place_of(item.id);
        item.at = event->at;
        item.what = std::move(*event);
      }
      items_.push_back(std::move(item));
    }
  }
}

LiveScenario::Outcome LiveScenario::add(std::span<const Node> tables, sys_seconds settled,
                                        Complaints& complaints) {
  std::vector<Item> added;
  std::uint64_t stream = last_stream_;
  for (const Node& table : tables) {
    auto item = read(table, settled, complaints);
    if (!item) continue;
    auto* load = std::get_if<Load>(&item->what);
    if (load != nullptr && load->stream == 0) load->stream = ++stream;
    added.push_back(std::move(*item));
  }
  if (!complaints.none()) return Outcome::kInvalid;
  for (std::size_t i = 0; i < added.size(); ++i) {
    if (added[i].at > settled) continue;
    complaints.add(tables[i].place, (added[i].is_load() ? "from: " : "at: ") +
                                        plain_time(added[i].at) +
                                        " has passed: the meter's clock shows " +
                                        plain_time(settled) + "; leave it out for the next second");
  }
  const std::size_t before = items_.size();
  if (before + added.size() > kMostLiveItems) {
    complaints.add(tables.front().place, "a run holds at most " + std::to_string(kMostLiveItems) +
                                             " loads and events: save it and start another one");
  }
  if (!complaints.none()) return Outcome::kConflict;
  std::uint64_t id = last_id_;
  for (Item& item : added) {
    item.id = ++id;
    items_.push_back(std::move(item));
  }
  if (!make_scenario(complaints)) {
    items_.resize(before);
    return Outcome::kConflict;
  }
  last_id_ = id;
  last_stream_ = stream;
  for (std::size_t i = before; i < items_.size(); ++i) {
    const Place place = place_of(items_[i].id);
    std::visit([&](auto& what) { what.place = place; }, items_[i].what);
  }
  return Outcome::kDone;
}

std::optional<LiveScenario::Item> LiveScenario::read(const Node& table, sys_seconds settled,
                                                     Complaints& complaints) const {
  if (table.table() == nullptr) {
    complaints.add(table.place, "expected a load or an event, found " + std::string(table.kind()));
    return std::nullopt;
  }
  TableReader head("a load or an event", &table, complaints);
  if (head.node("kind") == nullptr) {
    complaints.add(table.place, "kind is missing: such as \"fixed\" or \"power-failure\"");
    return std::nullopt;
  }
  const auto kind = head.word("kind", live_kinds());
  if (!kind) return std::nullopt;
  Item item{.is_new = true, .node = table};
  auto& entries = std::get<Node::Table>(item.node.value);
  const bool is_load = std::ranges::find(load_kinds(), *kind) != load_kinds().end();
  const std::string_view when = is_load ? "from" : "at";
  if (is_load && head.node("from") == nullptr) {
    const auto at = std::ranges::find(entries, std::string_view("at"), &Node::Entry::key);
    if (at != entries.end()) at->key = "from";
  }
  if (is_load && head.node("file") != nullptr) {
    head.complain("file", "is not read for a running meter: send its text as csv");
    return std::nullopt;
  }
  if (find(entries, when) == nullptr) set(entries, when, plain_time(settled + seconds{1}));
  if (is_load) {
    Load load = read_load(item.node, {}, *profile_, *scenario_, 0, complaints);
    item.at = load.from;
    item.what = std::move(load);
  } else {
    auto event = read_event(item.node, *profile_, *scenario_, complaints);
    if (!event) return std::nullopt;
    item.at = event->at;
    item.what = std::move(*event);
  }
  // Whatever form it came in: a file may be read by a meter with another clock.
  set(entries, when, plain_time(item.at));
  return item;
}

LiveScenario::Outcome LiveScenario::remove(std::uint64_t id, sys_seconds settled,
                                           Complaints& complaints) {
  const auto found = std::ranges::find(items_, id, &Item::id);
  if (found == items_.end()) return Outcome::kUnknown;
  if (found->at <= settled) {
    complaints.add({},
                   "it has happened, at " + plain_time(found->at) + ": it cannot be taken back");
    return Outcome::kConflict;
  }
  Item item = std::move(*found);
  const auto next = items_.erase(found);
  if (make_scenario(complaints)) return Outcome::kDone;
  items_.insert(next, std::move(item));
  return Outcome::kConflict;
}

bool LiveScenario::make_scenario(Complaints& complaints) {
  auto next = std::make_shared<Scenario>(*scenario_);
  next->loads.clear();
  next->events.clear();
  for (const Item& item : items_) {
    if (const auto* load = std::get_if<Load>(&item.what)) next->loads.push_back(*load);
    if (const auto* event = std::get_if<Event>(&item.what)) next->events.push_back(*event);
  }
  std::ranges::stable_sort(next->events, {}, &Event::at);
  end_at_successors(next->loads);
  check_channels(*next, std::vector<Place>(next->devices ? next->devices->size() : 0), *profile_,
                 complaints);
  check_powers(*next, *profile_, complaints);
  if (!complaints.none()) return false;
  scenario_ = std::move(next);
  return true;
}

std::string LiveScenario::text(std::string_view head, sys_seconds begin, sys_seconds until) const {
  std::string text;
  for (std::size_t at = 0; at < head.size();) {
    const std::size_t end = std::min(head.find('\n', at), head.size());
    text += "# " + std::string(head.substr(at, end - at)) + "\n";
    at = end + 1;
  }
  const Node::Table none;
  const Node::Table& root =
      scenario_->document != nullptr ? *scenario_->document->root.table() : none;
  const Node* first = find(root, "scenario");
  Node::Table scenario = first != nullptr ? *first->table() : Node::Table{};
  set(scenario, "until", plain_time(until));
  set(scenario, "begin", plain_time(begin));
  if (first == nullptr) set(scenario, "title", scenario_->title);
  text += "[scenario]\n" + toml_lines(scenario);
  if (const Node* values = find(root, "values"))
    text += "\n[values]\n" + toml_lines(*values->table());
  const Node* devices = find(root, "device");
  if (devices == nullptr && scenario_->devices) {
    if (scenario_->devices->empty()) text.insert(text.find("[scenario]"), "device = []\n\n");
    for (const ScenarioDevice& device : *scenario_->devices) {
      text += "\n[[device]]\n" + toml_lines(table_of(device));
    }
  } else if (devices != nullptr) {
    if (devices->array()->empty()) text.insert(text.find("[scenario]"), "device = []\n\n");
    for (const Node& device : *devices->array()) {
      text += "\n[[device]]\n" + toml_lines(*device.table());
    }
  }
  std::uint64_t place = 0;
  for (const Item& item : items_) {
    text += item.is_load() ? "\n[[load]]\n" : "\n[[event]]\n";
    text += toml_lines(*item.node.table());
    const auto* load = std::get_if<Load>(&item.what);
    if (load != nullptr && load->stream != ++place &&
        find(*item.node.table(), "stream") == nullptr) {
      text += "stream = " + std::to_string(load->stream) + "\n";
    }
  }
  return text;
}

}  // namespace p1rig
