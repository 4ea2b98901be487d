#include "simulator/panel/panel.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include "protocol/wording.h"
#include "simulator/files/suggest.h"
#include "simulator/panel/http_server.h"
#include "simulator/panel/json_nodes.h"
#include "simulator/panel/panel_json.h"
#include "simulator/panel/panel_page.h"
#include "simulator/panel/session_script.h"
#include "simulator/scenario/live_scenario.h"

namespace p1rig {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

/// So many loads and events one request may bring.
constexpr std::size_t kMostAtOnce = 100;

/// And so many faults a run may have had.
constexpr std::size_t kMostFaults = 1000;

/// Faster than that, nobody looks at single telegrams.
constexpr double kWatchableSpeed = 1000;

HttpResponse json(std::string body, unsigned status = 200) {
  return {status, "application/json", body + "\n", {}};
}

Node node_of(
    std::variant<std::string, std::int64_t, double, bool, Node::Array, Node::Table, Node::Date>
        value) {
  Node node;
  node.value = std::move(value);
  return node;
}

std::string quoted_json(std::string_view text) { return json_of(node_of(std::string(text))); }

/// As a shell takes it back.
std::string shell_word(std::string_view word) {
  const bool is_plain = !word.empty() && std::ranges::all_of(word, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_./:=,@+").find(c) != std::string_view::npos;
  });
  if (is_plain) return std::string(word);
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

}  // namespace

struct Panel::Impl {
  struct Route {
    std::string_view method, path;  ///< a path that ends with '/' has an id after it
    HttpResponse (Impl::*answer)(const HttpRequest&);
  };
  struct Fault {
    std::size_t request;  ///< of the meter's faults
    std::string text;
  };

  Impl(EventLoop& event_loop, TcpListener listener, PanelOptions panel_options,
       PanelMeter panel_meter)
      : options(std::move(panel_options)),
        meter(std::move(panel_meter)),
        live(meter.scenario, meter.profile),
        server(event_loop, std::move(listener.socket),
               HttpOptions{
                   .host = options.host,
                   .token = options.token,
                   .is_public = [](std::string_view path) { return page_of(path) != nullptr; }},
               [this](const HttpRequest& request) { return answer(request); }) {
    for (std::size_t i = 0; i < meter.fault_texts.size(); ++i) {
      faults.push_back({i, meter.fault_texts[i]});
    }
  }

  PanelOptions options;
  PanelMeter meter;
  LiveScenario live;
  std::vector<Fault> faults;  ///< all that there have been
  Session* session = nullptr;
  std::function<void()> advance;
  struct Sent {
    sys_seconds t;
    Emission emission;
    std::optional<MeterState> state;
  };
  std::optional<Sent> last;
  HttpServer server;

  // --- what there is --------------------------------------------------------------------------
  HttpResponse get_meter(const HttpRequest&) {
    const sys_seconds t = session->now().settled;
    return json(meter_json(*meter.profile, meter.meter->at(t), t));
  }
  HttpResponse get_line(const HttpRequest&) {
    return json(lines_json(session->stats(), session->now(), meter.lines, meter.profile->line));
  }
  HttpResponse get_telegram(const HttpRequest&) {
    if (!last) return problem(503, "no telegram has been sent yet");
    return json(telegram_text());
  }
  HttpResponse get_events(const HttpRequest&) {
    const sys_seconds now = session->now().settled;
    std::string items;
    for (const LiveScenario::Item& item : live.items()) {
      items += fmt::format(R"({}{{"id":{},"at":"{}","state":"{}","new":{},"what":{}}})",
                           items.empty() ? "" : ",", item.id, utc_time(item.at),
                           item.at > now ? "planned" : "past", item.is_new, json_of(item.node));
    }
    return json(fmt::format(R"({{"now":"{}","items":[{}]}})", utc_time(now), items));
  }
  HttpResponse get_quantities(const HttpRequest&) { return json(quantities_json(*meter.profile)); }
  HttpResponse get_faults(const HttpRequest&) { return json(faults_json(active_faults())); }
  HttpResponse get_scenario(const HttpRequest&) {
    const sys_seconds now = session->now().settled;
    sys_seconds until = now + seconds{1};
    for (const LiveScenario::Item& item : live.items()) {
      until = std::max(until, item.at + seconds{1});
    }
    if (meter.scenario->until && *meter.scenario->until > meter.start) {
      until = *meter.scenario->until;
    }
    return {200, "application/toml", live.text(how_to_play(), meter.start, until), {}};
  }
  HttpResponse get_metrics(const HttpRequest&) {
    const sys_seconds t = session->now().settled;
    return {200,
            "text/plain; version=0.0.4",
            metrics_text(session->stats(), session->now(), meter.lines, *meter.profile,
                         meter.meter->at(t)),
            {}};
  }
  HttpResponse get_openapi(const HttpRequest&) { return json(openapi_json(options.version)); }

  // --- what changes it ------------------------------------------------------------------------
  HttpResponse post_events(const HttpRequest& request) {
    std::string why;
    const auto nodes = parse_json_nodes(request.body, why);
    if (!nodes) return problem(400, why);
    const auto* list = nodes->root.array();
    const std::span<const Node> tables =
        list != nullptr ? std::span<const Node>(*list) : std::span<const Node>(&nodes->root, 1);
    if (tables.empty()) return problem(400, "the list is empty: expected a load or an event");
    if (tables.size() > kMostAtOnce) {
      return problem(400, fmt::format("the list has {}: at most {} at once",
                                      counted(tables.size(), "entry"), kMostAtOnce));
    }
    return add(tables, *nodes, 201);
  }

  HttpResponse delete_event(const HttpRequest& request) {
    std::uint64_t id = 0;
    const std::string_view text =
        std::string_view(request.path).substr(request.path.rfind('/') + 1);
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    Complaints complaints("the run");
    const bool is_number = error == std::errc{} && rest == text.data() + text.size();
    const auto outcome = is_number ? live.remove(id, session->now().settled, complaints)
                                   : LiveScenario::Outcome::kUnknown;
    if (outcome == LiveScenario::Outcome::kUnknown) {
      return problem(
          404, fmt::format("there is no load or event {}: GET /api/v1/events lists them", text));
    }
    if (outcome != LiveScenario::Outcome::kDone) return refuse(409, complaints, {});
    changed("removed", std::to_string(id));
    return {204, "application/json", "", {}};
  }

  HttpResponse put_request(const HttpRequest& request) {
    std::string why;
    const auto nodes = parse_json_nodes(request.body, why);
    if (!nodes) return problem(400, why);
    Complaints complaints("the body");
    TableReader table("the body", &nodes->root, complaints);
    const auto mode = table.word("mode", {"line", "on", "off"});
    if (!mode && table.exists() && table.node("mode") == nullptr) {
      table.complain("mode", "is missing: line, on or off");
    }
    table.finish();
    if (!complaints.none()) return refuse(400, complaints, *nodes);
    const Node event = node_of(Node::Table{{"kind", node_of("request-" + *mode)}});
    return add(std::span<const Node>(&event, 1), *nodes, 200);
  }

  HttpResponse put_speed(const HttpRequest& request) {
    std::string why;
    const auto nodes = parse_json_nodes(request.body, why);
    if (!nodes) return problem(400, why);
    Complaints complaints("the body");
    TableReader table("the body", &nodes->root, complaints);
    double speed = 0;
    const Node* node = table.node("speed");
    if (node != nullptr) {
      if (const auto* real = std::get_if<double>(&node->value)) speed = *real;
      if (const auto* whole = std::get_if<std::int64_t>(&node->value)) {
        speed = static_cast<double>(*whole);
      }
    }
    if (table.exists() && !(speed >= 1e-6 && speed <= 1e6)) {
      table.complain("speed", "expected a number from 0.000001 to 1000000");
    }
    table.finish();
    if (!complaints.none()) return refuse(400, complaints, *nodes);
    if (std::isinf(session->now().speed)) {
      return problem(409, "the meter runs at --speed max: start it with a speed to change it");
    }
    session->set_speed(speed);
    return steered();
  }

  HttpResponse put_pause(const HttpRequest& request) {
    std::string why;
    const auto nodes = parse_json_nodes(request.body, why);
    if (!nodes) return problem(400, why);
    Complaints complaints("the body");
    TableReader table("the body", &nodes->root, complaints);
    const auto paused = table.boolean("paused");
    if (!paused && table.exists() && table.node("paused") == nullptr) {
      table.complain("paused", "is missing: true or false");
    }
    table.finish();
    if (!complaints.none()) return refuse(400, complaints, *nodes);
    session->pause(*paused);
    return steered();
  }

  HttpResponse put_faults(const HttpRequest& request) {
    std::string why;
    const auto nodes = parse_json_nodes(request.body, why);
    if (!nodes) return problem(400, why);
    Complaints complaints("the body");
    const auto* list = nodes->root.array();
    if (list == nullptr) {
      return problem(400, "expected an array of faults, such as [\"crc-wrong,every=5\"]");
    }
    const sys_seconds settled = session->now().settled;
    const Emission example{.bytes = example_telegram(settled),
                           .crc_algorithm = meter.profile->layout.crc_algorithm};
    std::vector<std::pair<FaultRequest, std::string>> wanted;
    for (const Node& node : *list) {
      if (node.string() == nullptr) {
        complaints.add(node.place, "expected a string, found " + std::string(node.kind()));
        continue;
      }
      auto fault = parse_fault(*node.string());
      const auto why_not =
          fault ? cannot_apply(*fault, example, meter.is_sealed) : std::optional(fault.error());
      if (why_not) {
        complaints.add(node.place, why_not->message);
      } else {
        wanted.push_back({*fault, *node.string()});
      }
    }
    if (!complaints.none()) return refuse(400, complaints, *nodes);
    if (faults.size() + wanted.size() > kMostFaults) {
      return problem(409, fmt::format("a run has at most {} faults: save it and start another one",
                                      kMostFaults));
    }
    const sys_seconds next = settled + seconds{1};
    std::erase_if(wanted, [&](const auto& one) { return keeps(one.second, next); });
    for (const Fault& fault : faults) {
      FaultRequest& there = (*meter.faults)[fault.request];
      const bool stays = std::ranges::find(kept, fault.request) != kept.end();
      if (!stays && (!there.until || *there.until > next)) {
        there.until = there.from ? std::max(*there.from, next) : next;
      }
    }
    kept.clear();
    for (auto& [fault, text] : wanted) {
      if (!fault.from || *fault.from < next) fault.from = next;
      faults.push_back({meter.faults->size(), text});
      meter.faults->push_back(fault);
    }
    server.publish(R"({"type":"faults","active":)" + active_faults() + "}");
    return json(fmt::format(R"({{"active":{}}})", active_faults()));
  }

  // --- how ------------------------------------------------------------------------------------
  std::vector<std::size_t> kept;  ///< faults that go on, while others are replaced

  /// True, and keeps it, if the same fault is active already and goes on.
  bool keeps(const std::string& text, sys_seconds t) {
    for (const Fault& fault : faults) {
      const FaultRequest& there = (*meter.faults)[fault.request];
      const bool is_over = there.until && *there.until <= t;
      const bool is_taken = std::ranges::find(kept, fault.request) != kept.end();
      if (fault.text != text || is_over || is_taken) continue;
      kept.push_back(fault.request);
      return true;
    }
    return false;
  }

  std::string active_faults() const {
    const sys_seconds now = session->now().settled;
    std::string list;
    for (const Fault& fault : faults) {
      const FaultRequest& there = (*meter.faults)[fault.request];
      if (there.until && *there.until <= now + seconds{1}) continue;
      list += (list.empty() ? "" : ",") + quoted_json(fault.text);
    }
    return "[" + list + "]";
  }

  std::string example_telegram(sys_seconds t) {
    std::string telegram;
    meter.meter->print(t, telegram);
    return telegram;
  }

  /// The command that plays the run back, as comment.
  std::string how_to_play() const {
    std::string words = "p1rig simulate";
    for (const std::string& word : meter.words) words += " " + shell_word(word);
    words += " --scenario THIS_FILE";
    for (const Fault& fault : faults) {
      const FaultRequest& request = (*meter.faults)[fault.request];
      // One that was replaced before it did anything keeps its place: chance depends on it.
      const bool is_void = request.from && request.until && *request.until <= *request.from;
      std::string text = fault.text;
      const auto say = [&](std::string_view key, const std::optional<sys_seconds>& t) {
        const auto at = text.find(fmt::format(",{}=", key));
        if (at != std::string::npos)
          text.erase(at, std::min(text.find(',', at + 1), text.size()) - at);
        if (t) text += fmt::format(",{}={}", key, utc_time(*t));
      };
      say("from", is_void ? sys_seconds{} : request.from);
      say("until", is_void ? sys_seconds{seconds{1}} : request.until);
      words += " --fault " + shell_word(text);
    }
    return "A run of " + meter.profile->name + ". To play it back:\n" + words;
  }

  HttpResponse add(std::span<const Node> tables, const JsonNodes& nodes, unsigned status) {
    Complaints complaints("the body");
    const std::size_t before = live.items().size();
    if (meter.is_request_given) {
      for (const Node& table : tables) {
        TableReader reader("an event", &table, complaints);
        const Node* kind = table.table() != nullptr ? reader.node("kind") : nullptr;
        if (kind == nullptr || kind->string() == nullptr) continue;
        if (!kind->string()->starts_with("request-")) continue;
        return problem(409,
                       "the meter was started with --request: leave it out to change Data "
                       "Request while it runs");
      }
    }
    const auto outcome = live.add(tables, session->now().settled, complaints);
    if (outcome != LiveScenario::Outcome::kDone) {
      return refuse(outcome == LiveScenario::Outcome::kInvalid ? 400 : 409, complaints, nodes);
    }
    std::string items;
    for (std::size_t i = before; i < live.items().size(); ++i) {
      const LiveScenario::Item& item = live.items()[i];
      items += fmt::format(R"({}{{"id":{},"at":"{}","what":{}}})", items.empty() ? "" : ",",
                           item.id, utc_time(item.at), json_of(item.node));
    }
    changed("added", "[" + items + "]");
    return json(fmt::format(R"({{"items":[{}]}})", items), status);
  }

  void changed(std::string_view how, const std::string& what) {
    meter.meter->follow(live.scenario());
    session->set_script(
        meter.is_request_given ? std::vector<RequestEdge>{} : request_edges_of(*live.scenario()),
        supply_edges_of(*live.scenario()));
    server.publish(fmt::format(R"({{"type":"events","{}":{}}})", how, what));
    advance();
  }

  HttpResponse steered() {
    const SessionNow now = session->now();
    const std::string state =
        fmt::format(R"("speed":{},"paused":{},"time":"{}")",
                    std::isinf(now.speed) ? "\"max\"" : fmt::format("{}", now.speed), now.paused,
                    utc_time(now.settled));
    server.publish(R"({"type":"speed",)" + state + "}");
    advance();
    return json("{" + state + "}");
  }

  static HttpResponse refuse(unsigned status, const Complaints& complaints,
                             const JsonNodes& nodes) {
    const auto& first = complaints.list().front();
    const std::string_view pointer = nodes.pointer_of(first.place);
    // The last word of the pointer is the key that the complaint begins with.
    const std::string key = std::string(pointer.substr(pointer.rfind('/') + 1)) + ": ";
    std::string_view what = first.message;
    if (!pointer.empty() && what.starts_with(key)) what.remove_prefix(key.size());
    return problem(status, (pointer.empty() ? "" : std::string(pointer) + ": ") + std::string(what),
                   json_of(complaints.list(), nodes));
  }

  std::string telegram_text() {
    const MeterState state = last->state ? *last->state : meter.meter->at(last->t);
    return telegram_json(*meter.profile, state, last->t, last->emission);
  }

  static const std::vector<Route>& routes() {
    static const std::vector<Route> kRoutes = {
        {"GET", "/api/v1/meter", &Impl::get_meter},
        {"GET", "/api/v1/line", &Impl::get_line},
        {"GET", "/api/v1/telegram", &Impl::get_telegram},
        {"GET", "/api/v1/events", &Impl::get_events},
        {"POST", "/api/v1/events", &Impl::post_events},
        {"DELETE", "/api/v1/events/", &Impl::delete_event},
        {"GET", "/api/v1/quantities", &Impl::get_quantities},
        {"GET", "/api/v1/faults", &Impl::get_faults},
        {"PUT", "/api/v1/faults", &Impl::put_faults},
        {"GET", "/api/v1/scenario", &Impl::get_scenario},
        {"PUT", "/api/v1/request", &Impl::put_request},
        {"PUT", "/api/v1/speed", &Impl::put_speed},
        {"PUT", "/api/v1/pause", &Impl::put_pause},
        {"GET", "/metrics", &Impl::get_metrics},
        {"GET", "/openapi.json", &Impl::get_openapi},
    };
    return kRoutes;
  }

  HttpResponse answer(const HttpRequest& request) {
    if (const auto* page = page_of(request.path); page != nullptr && request.method == "GET") {
      return {200, std::string(page->type), std::string(page->text), {}};
    }
    const auto is_of = [&](const Route& route) {
      return route.path.ends_with('/')
                 ? request.path.starts_with(route.path) && request.path.size() > route.path.size()
                 : request.path == route.path;
    };
    std::string allowed;
    std::vector<std::string_view> paths = {"/api/v1/stream"};
    for (const Route& route : routes()) {
      paths.push_back(route.path);
      if (!is_of(route)) continue;
      if (route.method == request.method) return answer_by(route, request);
      allowed += (allowed.empty() ? "" : ", ") + std::string(route.method);
    }
    if (!allowed.empty()) {
      auto response = problem(405, request.path + " takes " + allowed + ", not " + request.method);
      response.headers = {{"Allow", allowed}};
      return response;
    }
    if (request.path == "/api/v1/stream") {
      auto response = problem(426, "/api/v1/stream is a WebSocket");
      response.headers = {{"Upgrade", "websocket"}};
      return response;
    }
    return problem(404, "there is nothing at this path" + did_you_mean(request.path, paths) +
                            ": /openapi.json lists what there is");
  }

  HttpResponse answer_by(const Route& route, const HttpRequest& request) {
    if (session == nullptr) return problem(503, "the meter is not running yet");
    const bool has_body = route.method == "POST" || route.method == "PUT";
    if (has_body && request.type != "application/json") {
      return problem(415, "expected Content-Type: application/json");
    }
    // What is due is sent first: what is asked is then of now.
    advance();
    return (this->*route.answer)(request);
  }
};

Panel::Panel(EventLoop& loop, TcpListener listener, PanelOptions options, PanelMeter meter)
    : impl_(std::make_unique<Impl>(loop, std::move(listener), std::move(options),
                                   std::move(meter))) {}

Panel::~Panel() = default;

void Panel::began(Session& session, std::function<void()> advance) {
  impl_->session = &session;
  impl_->advance = std::move(advance);
}

void Panel::take(sys_seconds t, const Emission& emission) {
  if (emission.bytes.empty() || impl_->session == nullptr) return;
  impl_->last = Impl::Sent{t, emission, std::nullopt};
  if (!(impl_->session->now().speed <= kWatchableSpeed)) return;
  impl_->last->state = impl_->meter.meter->at(t);
  if (impl_->server.listeners() == 0) return;
  impl_->server.publish(R"({"type":"telegram",)" + impl_->telegram_text().substr(1));
}

void Panel::take(const SessionEvent& event) {
  std::string what, line, more;
  if (const auto* came = std::get_if<ReaderCame>(&event)) {
    what = "reader-came";
    line = came->line;
  } else if (const auto* left = std::get_if<ReaderLeft>(&event)) {
    what = "reader-left";
    line = left->line;
  } else if (const auto* noted = std::get_if<LineNoted>(&event)) {
    what = "note";
    line = noted->line;
    more = R"(,"note":)" + quoted_json(noted->note);
  } else if (const auto* dropped = std::get_if<BytesDropped>(&event)) {
    what = "dropped";
    line = dropped->line;
    more = fmt::format(R"(,"bytes":{})", dropped->bytes);
  } else {
    return;
  }
  impl_->server.publish(
      fmt::format(R"({{"type":"line","what":"{}","line":{}{}}})", what, quoted_json(line), more));
}

}  // namespace p1rig
