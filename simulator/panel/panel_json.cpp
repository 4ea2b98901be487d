#include "simulator/panel/panel_json.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "protocol/json_text.h"
#include "protocol/line_settings.h"
#include "simulator/faults/fault.h"
#include "simulator/line/line_uri.h"
#include "simulator/render/render.h"
#include "simulator/truth_text.h"

namespace p1rig {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::sys_seconds;

/// How many of the state's units make one customary unit.
double per_unit(const QuantityRow& row) {
  const auto base = static_cast<double>(state_units_per_base_unit(row.dimension, row.kind));
  return row.unit.starts_with('k') ? base * 1000 : base;
}

/// To a millionth of the unit.
double rounded(double value) { return std::round(value * 1e6) / 1e6; }

Json value_of(const QuantityRow& row, const MeterState& state) {
  const std::int64_t value = state[row.id];
  if (row.kind == QuantityKind::kText) {
    const auto text = state.texts.find(row.id);
    return text == state.texts.end() ? Json("") : Json(text->second);
  }
  if (row.kind == QuantityKind::kTime) {
    if (value == kUnsetTime) return nullptr;
    return utc_time(sys_seconds{std::chrono::seconds{value}});
  }
  if (row.kind == QuantityKind::kCode || row.kind == QuantityKind::kCounter) return value;
  return rounded(static_cast<double>(value) / per_unit(row));
}

Json codes_of(Quantity quantity, const std::vector<ShownValue>& shown) {
  Json codes = Json::array();
  for (const ShownValue& value : shown) {
    const std::string code = to_string(value.code);
    const bool listed = std::ranges::find(codes, Json(code)) != codes.end();
    if (value.quantity == quantity && value.code != Obis{} && !listed) codes.push_back(code);
  }
  return codes;
}

double reading_of(const MbusDevice& device) {
  const Dimension dimension = dimension_of(device.medium);
  const auto base =
      static_cast<double>(state_units_per_base_unit(dimension, QuantityKind::kRegister));
  const std::string_view unit = customary_unit(device.medium);
  const double scale = unit.starts_with('k') ? 1e3 : unit.starts_with('G') ? 1e9 : 1;
  return rounded(static_cast<double>(device.reading) / base / scale);
}

Json device_json(const MbusDevice& device) {
  Json json = {{"channel", device.channel},
               {"medium", to_string(device.medium)},
               {"id", device.id},
               {"ean", device.ean},
               {"reading", reading_of(device)},
               {"unit", customary_unit(device.medium)},
               {"valve", device.valve}};
  json["captured"] = device.time ? Json(utc_time(*device.time)) : Json(nullptr);
  return json;
}

Quantity next(Quantity first, std::size_t n) {
  return static_cast<Quantity>(static_cast<std::size_t>(first) + n);
}

/// Import positive, W.
double signed_power(const MeterState& state, std::size_t which) {
  const std::int64_t power =
      state[next(Quantity::kPowerImport, which)] - state[next(Quantity::kPowerExport, which)];
  return static_cast<double>(power) / 1000;
}

std::string base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const void* const from = bytes.data();
  void* const to = out.data();
  const int size =
      EVP_EncodeBlock(static_cast<unsigned char*>(to), static_cast<const unsigned char*>(from),
                      static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

double microseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::micro>(time).count();
}

std::string_view name_of(RequestMode mode) {
  return mode == RequestMode::kLine ? "line" : mode == RequestMode::kOn ? "on" : "off";
}

/// What the lines of a telegram mean, from what they were made of.
class Explainer {
 public:
  Explainer(const Profile& profile, const Truth& truth)
      : profile_(profile), truth_(truth), shown_(shown_values(profile.layout)) {}

  Json explain(std::string_view line) {
    if (line.empty()) return {{"text", line}, {"meaning", ""}};
    if (line.starts_with('/')) return {{"text", line}, {"meaning", "identification of the meter"}};
    if (line.starts_with('!')) {
      return {{"text", line},
              {"meaning", profile_.layout.has_crc ? "end of the telegram, and its CRC"
                                                  : "end of the telegram"}};
    }
    Json json = {{"text", line}};
    if (line.starts_with('(')) {
      json["meaning"] = "goes on";
      return json;
    }
    // A fault may have taken lines away or added some.
    for (std::size_t at = next_; at < truth_.size(); ++at) {
      const std::string code = to_string(truth_[at].code);
      if (!line.starts_with(code)) continue;
      next_ = at + 1;
      json["obis"] = code;
      json["meaning"] = meaning_of(truth_[at].code);
      Json values = Json::array();
      for (const TruthField& field : truth_[at].fields) {
        values.push_back(truth_text(field, profile_.zone));
      }
      json["values"] = std::move(values);
      return json;
    }
    json["meaning"] = "is not what the meter meant: a fault changed it";
    return json;
  }

 private:
  std::string meaning_of(Obis code) const {
    std::string text;
    for (const ShownValue& value : shown_) {
      if (value.code != code || text.find(value.meaning) != std::string::npos) continue;
      text += (text.empty() ? "" : "; ") + std::string(value.meaning);
    }
    if (!text.empty() || profile_.dialect == nullptr) return text;
    const auto& rules = profile_.dialect->rules;
    const auto rule = std::ranges::find(rules, to_string(code), &ObjectRule::obis);
    return rule == rules.end() ? "constant" : std::string(rule->meaning);
  }

  const Profile& profile_;
  const Truth& truth_;
  std::vector<ShownValue> shown_;
  std::size_t next_ = 0;
};

/// Why a reader with these settings gets garbage, and what to do; empty if it does not.
std::string misfit(const LineSettings& meter, const std::optional<LineSettings>& reader) {
  if (!reader || *reader == meter) return "";
  return fmt::format(
      "the meter sends {}, the reader's port is set to {}: the reader gets garbage; set it to {}",
      settings_text(meter), settings_text(*reader), settings_text(meter));
}

}  // namespace

std::string settings_text(const LineSettings& settings) {
  return fmt::format("{} {}", settings.baud, framing_of(settings));
}

std::string utc_time(sys_seconds t) {
  static const Zone kUtc = *Zone::find("UTC");
  std::string text = iso_time(t, kUtc);
  return text.replace(text.size() - std::string_view("+00:00").size(), std::string::npos, "Z");
}

std::string meter_json(const Profile& profile, const MeterState& state, sys_seconds now) {
  const std::vector<ShownValue> shown = shown_values(profile.layout);
  Json quantities_shown = Json::array();
  for (const QuantityRow& row : quantities()) {
    quantities_shown.push_back({{"name", row.name},
                                {"value", value_of(row, state)},
                                {"unit", row.unit},
                                {"obis", codes_of(row.id, shown)},
                                {"meaning", row.meaning}});
  }
  Json power = {{"total", signed_power(state, 0)}};
  for (std::size_t phase = 1; phase <= (profile.phases == 1 ? 1U : 3U); ++phase) {
    power["l" + std::to_string(phase)] = signed_power(state, phase);
  }
  Json devices = Json::array();
  for (const MbusDevice& device : state.devices) {
    if (device.medium != Medium::kUnlinked) devices.push_back(device_json(device));
  }
  Json json = {{"profile", profile.name},
               {"title", profile.title},
               {"dialect", profile.dialect == nullptr ? "" : profile.dialect->name},
               {"phases", profile.phases},
               {"zone", profile.zone.name()},
               {"time", utc_time(now)},
               {"local_time", iso_time(now, profile.zone)},
               {"tariff", state[Quantity::kTariff]},
               {"power_w", std::move(power)},
               {"quantities", std::move(quantities_shown)},
               {"devices", std::move(devices)}};
  return json_text(json);
}

std::string telegram_json(const Profile& profile, const MeterState& state, sys_seconds t,
                          const Emission& emission) {
  std::string plain;
  Truth truth;
  render(profile.layout, state, profile.zone, plain, &truth);
  const bool is_sealed = emission.frame.size > 0;
  const std::string_view text = is_sealed ? std::string_view(plain) : emission.bytes;
  Explainer explainer(profile, truth);
  Json lines = Json::array();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(explainer.explain(line));
    at = end + 1;
  }
  Json json = {{"time", utc_time(t)},
               {"sealed", is_sealed},
               {"text", text},
               {"bytes", base64(emission.bytes)},
               {"lines", std::move(lines)}};
  return json_text(json);
}

std::string lines_json(const SessionStats& stats, const SessionNow& now,
                       std::span<Line* const> lines, const LineSettings& settings) {
  Json list = Json::array(), raised = Json::array();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Line::State state = lines[i]->state();
    const LineStats& line = stats.lines[i];
    const bool always = lines[i]->kind().always_requested;
    if (always || state.requested) raised.push_back(line.name);
    const auto reader = state.settings ? state.settings : line.settings;
    Json json = {{"name", line.name},
                 {"present", state.present},
                 {"request", always || state.requested},
                 {"always_requested", always},
                 {"ended", state.ended},
                 {"sent", line.sent},
                 {"dropped", line.dropped},
                 {"received", line.received},
                 {"flow_control", state.flow_control},
                 {"breaks", line.breaks},
                 {"note", state.note}};
    json["settings"] = reader ? Json(settings_text(*reader)) : Json(nullptr);
    json["fits"] = reader ? Json(*reader == settings) : Json(nullptr);
    json["warning"] = misfit(settings, reader);
    list.push_back(std::move(json));
  }
  const Lateness& late = stats.lateness;
  Json json = {{"settings", settings_text(settings)},
               {"request",
                {{"active", now.requested},
                 {"mode", name_of(now.request)},
                 {"raised_by", std::move(raised)}}},
               {"speed", std::isinf(now.speed) ? Json("max") : Json(now.speed)},
               {"paused", now.paused},
               {"telegrams", stats.telegrams},
               {"bytes", stats.bytes},
               {"lateness_us",
                {{"pieces", late.count()},
                 {"p50", microseconds(late.quantile(0.5))},
                 {"p99", microseconds(late.quantile(0.99))},
                 {"max", microseconds(late.max())}}},
               {"lines", std::move(list)}};
  return json_text(json);
}

std::string metrics_text(const SessionStats& stats, const SessionNow& now,
                         std::span<Line* const> lines, const Profile& profile,
                         const MeterState& state) {
  std::string text;
  const auto head = [&](std::string_view name, std::string_view type, std::string_view help) {
    text += fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
  };
  const auto label = [](std::string_view value) {
    std::string out;
    for (const char c : value) {
      if (c == '"' || c == '\\') out += '\\';
      out += c == '\n' ? ' ' : c;
    }
    return out;
  };
  head("p1rig_telegrams_total", "counter", "Telegrams begun, read or not.");
  text += fmt::format("p1rig_telegrams_total {}\n", stats.telegrams);
  head("p1rig_bytes_total", "counter", "Bytes passed, read or not.");
  text += fmt::format("p1rig_bytes_total {}\n", stats.bytes);
  head("p1rig_request", "gauge", "1 while Data Request is active.");
  text += fmt::format("p1rig_request {}\n", now.requested ? 1 : 0);
  head("p1rig_lateness_seconds", "summary", "How late pieces were handed to the lines.");
  for (const double q : {0.5, 0.99, 1.0}) {
    text += fmt::format("p1rig_lateness_seconds{{quantile=\"{}\"}} {:.9f}\n", q,
                        std::chrono::duration<double>(stats.lateness.quantile(q)).count());
  }
  text += fmt::format("p1rig_lateness_seconds_count {}\n", stats.lateness.count());
  const auto each_line = [&](std::string_view name, std::string_view type, std::string_view help,
                             auto value) {
    head(name, type, help);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      text += fmt::format("{}{{line=\"{}\"}} {}\n", name, label(stats.lines[i].name),
                          value(stats.lines[i], *lines[i]));
    }
  };
  each_line("p1rig_line_sent_bytes_total", "counter", "Bytes that the line took.",
            [](const LineStats& line, const Line&) { return line.sent; });
  each_line("p1rig_line_dropped_bytes_total", "counter", "Bytes lost by a slow reader.",
            [](const LineStats& line, const Line&) { return line.dropped; });
  each_line("p1rig_line_received_bytes_total", "counter", "Bytes that the reader wrote.",
            [](const LineStats& line, const Line&) { return line.received; });
  each_line("p1rig_line_present", "gauge", "1 while a reader is connected.",
            [](const LineStats&, const Line& line) { return line.state().present ? 1 : 0; });
  head("p1rig_power_watts", "gauge", "Power, import positive.");
  text += fmt::format("p1rig_power_watts{{phase=\"total\"}} {}\n", signed_power(state, 0));
  for (std::size_t phase = 1; phase <= (profile.phases == 1 ? 1U : 3U); ++phase) {
    text +=
        fmt::format("p1rig_power_watts{{phase=\"l{}\"}} {}\n", phase, signed_power(state, phase));
  }
  head("p1rig_energy_watt_hours_total", "counter", "Registers of the meter.");
  for (const auto& [quantity, direction] : {std::pair(Quantity::kEnergyImport, "import"),
                                            std::pair(Quantity::kEnergyExport, "export")}) {
    text += fmt::format("p1rig_energy_watt_hours_total{{direction=\"{}\"}} {}\n", direction,
                        rounded(static_cast<double>(state[quantity]) / 3.6e6));
  }
  return text;
}

std::string quantities_json(const Profile& profile) {
  const std::vector<ShownValue> shown = shown_values(profile.layout);
  Json list = Json::array();
  for (const QuantityRow& row : quantities()) {
    list.push_back({{"name", row.name},
                    {"unit", row.unit},
                    {"obis", codes_of(row.id, shown)},
                    {"settable", !follows_from_loads(row.id)},
                    {"meaning", row.meaning}});
  }
  return json_text(list);
}

std::string faults_json(std::string_view active) {
  Json list = Json::array();
  for (const FaultRow& row : faults()) {
    Json json = {{"id", row.id},
                 {"summary", row.summary},
                 {"unit", row.unit},
                 {"amount", row.words == nullptr || row.default_amount > 0
                                ? write_amount(row, row.default_amount)
                                : ""},
                 {"sealed_only", row.sealed_only}};
    list.push_back(std::move(json));
  }
  return fmt::format(R"({{"active":{},"available":{}}})", active, json_text(list));
}

}  // namespace p1rig
