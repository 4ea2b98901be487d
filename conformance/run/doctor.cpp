#include "conformance/run/doctor.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <utility>

#include "conformance/reader/observer.h"
#include "conformance/reader/reader_map.h"
#include "conformance/run/conform.h"
#include "conformance/run/doctor_advice.h"
#include "conformance/run/rig.h"
#include "conformance/run/stimulus.h"
#include "protocol/dialect.h"
#include "protocol/wording.h"
#include "simulator/line/event_loop.h"

namespace p1rig {
namespace {

using Kind = DoctorFinding::Kind;
using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kTelegrams = 5;
constexpr std::size_t kMostAdvice = 20;

/// Where the shell would find the program; empty if it would not.
std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos || name.starts_with('{')) {
    return name.starts_with('{') || ::access(name.c_str(), X_OK) == 0 ? name : "";
  }
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "/usr/bin:/bin" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string file = (folder.empty() ? "." : folder) + "/" + name;
    if (::access(file.c_str(), X_OK) == 0 && !std::filesystem::is_directory(file)) return file;
  }
  return {};
}

/// What a code holds, by the same name in all dialects: Dutch gas is 0-1:24.2.1, Belgian gas 0-1:24.2.3.
std::string content_of(Obis code, const ContractTelegram& sent) {
  if (!is_mbus_reading(code) || !sent.mbus) return to_string(code);
  const auto device = std::ranges::find(*sent.mbus, std::optional<int>(code.b),
                                        [](const ContractDevice& one) { return one.channel; });
  const bool is_known = device != sent.mbus->end() && device->medium;
  return is_known ? "the reading of " + *device->medium : to_string(code);
}

class Doctor {
 public:
  Doctor(const DoctorPlan& plan, EventLoop& loop,
         const std::function<void(const DoctorFinding&)>& told)
      : plan_(plan), told_(told), rig_({.reader = plan.reader, .seed = plan.seed}, loop) {}

  void run() {
    if (!plan_.reader.attached && !check_command()) return;
    if (auto written = rig_.write_key(); !written) {
      return tell(Kind::kEnvironment, written.error().message);
    }
    const auto& endpoints = plan_.endpoints.empty() ? plan_.reader.endpoints : plan_.endpoints;
    std::vector<std::shared_ptr<const Profile>> meters = plan_.profiles;
    for (const std::string& endpoint : endpoints) {
      if (!interrupted()) examine(meters.front(), endpoint);
    }
    if (plan_.follow_hello) add_meters_of_hello(meters);
    int silent = told_at_.empty() ? 1 : 0;
    for (std::size_t i = 1; i < meters.size() && !interrupted(); ++i) {
      if (silent == kMostSilentMeters) {
        return tell(Kind::kContract,
                    fmt::format("{} more not tried: the reader reported nothing at the {} before",
                                meters.size() - i, counted(kMostSilentMeters, "meter")));
      }
      const std::size_t before = told_at_.size();
      examine(meters[i], endpoints.front());
      silent = told_at_.size() > before ? 0 : silent + 1;
    }
    if (!interrupted()) compare_meters();
  }

 private:
  void tell(Kind kind, std::string message, std::string advice = {}) {
    told_({kind, std::move(message), std::move(advice)});
  }

  /// About the current meter and endpoint; what was found before, at another one, is only counted.
  void tell_here(Kind kind, std::string message, std::string advice = {}) {
    if (kind != Kind::kGood && !known_.insert(message + advice).second) {
      ++again_;
      return;
    }
    tell(kind, here_ + ": " + std::move(message), std::move(advice));
  }

  bool interrupted() const { return plan_.interrupted && plan_.interrupted(); }

  bool check_command() {
    const std::string& name = plan_.reader.command.front();
    const std::string file = find_program(name);
    if (file.empty()) {
      tell(Kind::kEnvironment, fmt::format("command: {} does not exist", name),
           "install it, or write its path into `command`");
      return false;
    }
    tell(Kind::kGood, fmt::format("command: {}", file));
    const bool takes_endpoint = std::ranges::any_of(
        plan_.reader.command,
        [](const std::string& word) { return word.find("{endpoint}") != std::string::npos; });
    if (!takes_endpoint) {
      tell(Kind::kAdvice, "command: does not contain {endpoint}",
           "the reader has to use $P1RIG_ENDPOINT, or read stdin");
    }
    return true;
  }

  void examine(const std::shared_ptr<const Profile>& profile, const std::string& endpoint) {
    here_ = profile->name + " on " + endpoint;
    again_ = 0;
    listen(profile, endpoint);
    if (again_ > 0) {
      tell(Kind::kAdvice, fmt::format("{}: and {} as before", here_, counted(again_, "finding")));
    }
  }

  void listen(const std::shared_ptr<const Profile>& profile, const std::string& endpoint) {
    heard_ = {};
    auto subject = rig_.make_reader(profile, endpoint, plan_.interrupted);
    if (!subject) return tell_here(Kind::kEnvironment, subject.error().message);
    const auto began = steady_clock::now();
    if (auto started = (*subject)->start(); !started) {
      return tell_here(Kind::kEnvironment, started.error().message);
    }
    if (!(*subject)->wait_until_open(plan_.reader.startup)) {
      drain(**subject, milliseconds{0});
      if (heard_.gone) return tell_gone();
      return tell_here(
          Kind::kContract,
          fmt::format("the reader did not open its end within {} ms", plan_.reader.startup.count()),
          "does it use {endpoint} or $P1RIG_ENDPOINT? if it is only slow, "
          "raise `startup`");
    }
    if (told_at_.empty()) tell_here(Kind::kGood, fmt::format("opened after {} ms", since(began)));
    subject.value()->begin_log();
    feed(**subject, profile);
    if (heard_.gone) return tell_gone();
    tell_line((*subject)->log());
    tell_heard(*profile);
  }

  static std::int64_t since(steady_clock::time_point began) {
    return duration_cast<milliseconds>(steady_clock::now() - began).count();
  }

  /// What the reader made of the telegrams at one endpoint.
  struct Heard {
    std::optional<ReaderExited> gone;
    std::optional<ContractHello> hello;
    std::vector<std::string> breaches, logs, troubles;
    std::vector<std::pair<std::string, ContractTelegram>> told;  ///< with the line
    std::vector<ContractTelegram> sent;
    std::size_t rejects = 0;
    milliseconds slowest{};
  };

  void feed(Subject& subject, const std::shared_ptr<const Profile>& profile) {
    StimulusMaker maker = rig_.make_stimuli(profile);
    maker.begin("doctor");
    const milliseconds spacing = spacing_of(plan_.reader);
    const auto deadline = steady_clock::now() + plan_.reader.startup;
    // The first ones may come before the reader is ready.
    int told = 0;
    for (int i = 1; i <= 2 * kTelegrams && told < kTelegrams && !heard_.gone && !interrupted();
         ++i) {
      Stimulus clean = maker.clean(fmt::format("telegram {}", i));
      const std::size_t before = heard_.told.size();
      heard_.sent.push_back(clean.telegram->meant);
      const auto sent_at = steady_clock::now();
      if (subject.send(clean.emission, false) == SendResult::kNotTaken) {
        heard_.logs.emplace_back("the reader does not read its bytes");
      }
      const milliseconds patience = heard_.told.empty()
                                        ? std::max<milliseconds>(milliseconds{1000}, spacing)
                                        : plan_.reader.patience;
      while (heard_.told.size() == before && !heard_.gone &&
             drain_one(subject, sent_at + patience)) {
      }
      if (heard_.told.size() > before) {
        ++told;
        heard_.slowest =
            std::max(heard_.slowest, duration_cast<milliseconds>(steady_clock::now() - sent_at));
      }
      drain(subject, std::max(spacing - milliseconds{since(sent_at)}, milliseconds{0}));
      if (told == 0 && steady_clock::now() > deadline && i >= kTelegrams) break;
    }
  }

  /// False if time is up.
  bool drain_one(Subject& subject, steady_clock::time_point until) {
    const auto left = duration_cast<milliseconds>(until - steady_clock::now());
    auto event = subject.next(std::max(left, milliseconds{0}));
    if (!event || interrupted()) return false;
    if (auto* const gone = std::get_if<ReaderExited>(&*event)) {
      heard_.gone = std::move(*gone);
      return false;
    }
    take(std::get<ReaderSaid>(*event));
    return true;
  }

  void drain(Subject& subject, milliseconds patience) {
    const auto until = steady_clock::now() + patience;
    while (drain_one(subject, until)) {
    }
  }

  void take(const ReaderSaid& said) {
    if (const auto* hello = std::get_if<ContractHello>(&said.what)) heard_.hello = *hello;
    if (const auto* breach = std::get_if<ContractBreach>(&said.what)) {
      heard_.breaches.push_back(breach->message);
    }
    if (const auto* telegram = std::get_if<ContractTelegram>(&said.what)) {
      heard_.told.emplace_back(said.line, *telegram);
    }
    if (std::holds_alternative<ContractReject>(said.what)) ++heard_.rejects;
    if (const auto* log = std::get_if<ContractLog>(&said.what)) {
      (log->is_trouble ? heard_.troubles : heard_.logs).push_back(said.line);
    }
  }

  void tell_gone() {
    const ReaderExited& gone = *heard_.gone;
    if (gone.unsupported()) {
      return tell_here(Kind::kAdvice, "the reader does not support this: it ended with 89",
                       "remove it from `endpoints` or `dialects`, or try another --profile");
    }
    tell_here(Kind::kContract, "the reader ended by " + gone.how() + gone.said(),
              "a reader has to run until it is stopped");
  }

  void tell_line(const LineLog& log) {
    const LineSettings& meter = log.meter;
    if (log.opened && (log.opened->baud != meter.baud ||
                       (log.framing_seen && framing_of(*log.opened) != framing_of(meter)))) {
      tell_here(Kind::kAdvice,
                fmt::format("it opened {} {}, the meter sends {} {}", log.opened->baud,
                            framing_of(*log.opened), meter.baud, framing_of(meter)),
                "{baud} and {framing} in the command are the settings of the meter");
    }
    if (log.request_seen && !log.requested_at_data) {
      tell_here(Kind::kAdvice, "it did not activate Data Request before the first telegram",
                "is `wiring` right?");
    }
    if (log.written > 0) {
      tell_here(Kind::kAdvice,
                fmt::format("it wrote {} to the meter", counted(log.written, "byte")),
                "P1 is read-only");
    }
  }

  void tell_heard(const Profile& profile) {
    for (const std::string& breach : heard_.breaches) {
      tell_here(Kind::kContract, breach, "docs/readers.md shows the format of each line");
    }
    if (heard_.told.empty()) return tell_silence();
    if (heard_.hello && told_at_.empty()) {
      hello_ = heard_.hello;
      tell_here(Kind::kGood,
                fmt::format("hello from {} {}", heard_.hello->name, heard_.hello->version));
    }
    tell_here(Kind::kGood,
              fmt::format("{} of {} reported, the slowest after {} ms; {}", heard_.told.size(),
                          counted(heard_.sent.size(), "telegram"), heard_.slowest.count(),
                          counted(codes_told().size(), "code")));
    if (told_at_.empty()) {
      tell_here(Kind::kGood, fmt::format("it reports {}", fmt::join(codes_told(), " ")));
    }
    tell_values(profile);
    keep_objects(profile);
  }

  void tell_silence() {
    std::string advice =
        "print {\"telegram\": {\"1-0:1.7.0\": \"1.193 kW\", …}}, one line each, and flush it";
    if (!plan_.reader.map.empty()) advice = "does it print anything that [map] names?";
    if (plan_.reader.observe.kind != "stdout") {
      advice = fmt::format("is [observe] address = \"{}\" right?", plan_.reader.observe.address);
    }
    if (!told_at_.empty()) advice = "it reported other meters: remove this one from `dialects`?";
    if (!heard_.troubles.empty()) {
      return tell_here(Kind::kEnvironment,
                       "the reader cannot be observed: " + heard_.troubles.back(), advice);
    }
    std::string message = "the reader reported no telegram";
    if (heard_.rejects > 0) message += fmt::format("; it rejected {}", heard_.rejects);
    if (!heard_.logs.empty()) message += "; it printed: " + heard_.logs.back().substr(0, 200);
    tell_here(Kind::kContract, message, advice);
    if (heard_.logs.empty() || plan_.reader.map.empty()) return;
    auto paths = paths_in(heard_.logs.back());
    if (paths.empty()) return;
    constexpr std::size_t kMostPaths = 12;
    paths.resize(std::min(paths.size(), kMostPaths));
    tell_here(Kind::kAdvice, fmt::format("its JSON has {}", fmt::join(paths, " ")));
  }

  /// Those with a value, of all reports at this meter.
  std::set<std::string> codes_told() const {
    std::set<std::string> codes;
    for (const auto& [line, telegram] : heard_.told) {
      for (const auto& [code, value] : telegram.values) {
        if (value.kind != ContractValue::Kind::kNull) codes.insert(to_string(code));
      }
    }
    return codes;
  }

  void tell_values(const Profile& profile) {
    AdviceRequest request{.reader = plan_.reader,
                          .sent = heard_.sent,
                          .told = {},
                          .no_season = !profile.dialect->has_crc};
    if (heard_.hello && heard_.hello->decimals) request.decimals = heard_.hello->decimals;
    for (const auto& [line, telegram] : heard_.told) request.told.push_back(telegram);
    const auto advice = advise_on_values(request);
    for (std::size_t i = 0; i < std::min(advice.size(), kMostAdvice); ++i) {
      tell_here(advice[i].wrong ? Kind::kWrong : Kind::kAdvice, advice[i].message,
                advice[i].advice);
    }
    if (advice.size() > kMostAdvice) {
      tell_here(Kind::kAdvice, fmt::format("and {} more", advice.size() - kMostAdvice));
    }
    // A path of the map that no line has, although the meter sends the value, is a mistake.
    std::map<std::string, std::size_t> missing;
    for (const auto& [line, telegram] : heard_.told) {
      for (const std::string& path : missing_paths(plan_.reader.map, line)) ++missing[path];
    }
    for (const auto& [path, times] : missing) {
      if (times == heard_.told.size() && !is_for_other_meters(path)) {
        tell_here(Kind::kContract, fmt::format("[map] {} is not in what it prints", path),
                  "is it spelled correctly?");
      }
    }
  }

  /// What one meter sent and whether the reader reported it, by content_of().
  struct Objects {
    std::map<std::string, std::string> sent, told;  ///< with the code
  };

  void keep_objects(const Profile& profile) {
    Objects& objects = told_at_[profile.name];
    const auto& claims =
        heard_.hello && !heard_.hello->claims.empty() ? heard_.hello->claims : plan_.reader.claims;
    std::vector<std::string> unkept;
    for (const auto& [code, value] : heard_.sent.front().values) {
      const bool is_told = std::ranges::any_of(
          heard_.told, [&](const auto& said) { return said.second.values.contains(code); });
      const std::string name = to_string(code);
      const std::string object = content_of(code, heard_.sent.front());
      objects.sent.try_emplace(object, name);
      if (is_told) objects.told.try_emplace(object, name);
      if (!is_told && matches_any_glob(claims, name)) unkept.push_back(name);
    }
    if (unkept.empty()) return;
    tell_here(Kind::kWrong,
              fmt::format("it claims {}, and never reports {}", fmt::join(unkept, ", "),
                          unkept.size() == 1 ? "it" : "them"),
              "remove it from `claims`, or report it");
  }

  /// An object that is reported at one meter and never at another is often a forgotten code.
  void compare_meters() {
    std::map<std::string, std::vector<std::string>> silent;
    for (const auto& [meter, objects] : told_at_) {
      for (const auto& [object, code] : objects.sent) {
        if (objects.told.contains(object)) continue;
        for (const auto& [other, known] : told_at_) {
          const auto found = known.told.find(object);
          if (found == known.told.end()) continue;
          const std::string as = found->second == code ? "" : " as " + found->second;
          const std::string what = object == code ? object : fmt::format("{}, {}", object, code);
          silent[fmt::format("{}: never reported, but at {}{}", what, other, as)].push_back(meter);
          break;
        }
      }
    }
    for (const auto& [what, meters] : silent) {
      tell(Kind::kAdvice, fmt::format("{}: {}", fmt::join(meters, ", "), what),
           "does the reader or its [map] know the code?");
    }
  }

  void add_meters_of_hello(std::vector<std::shared_ptr<const Profile>>& meters) {
    if (!hello_) return;
    for (const Dialect& dialect : dialects()) {
      if (!matches_any_glob(hello_->dialects, dialect.name) ||
          meters.front()->dialect->name == dialect.name) {
        continue;
      }
      if (auto profile = find_profile(dialect.representative)) {
        meters.push_back(std::make_shared<const Profile>(std::move(*profile)));
      }
    }
  }

  /// True for a path of a code that this meter does not send.
  bool is_for_other_meters(const std::string& path) const {
    return std::ranges::any_of(plan_.reader.map, [&](const ReaderMapping& mapping) {
      const auto code = parse_obis(mapping.target);
      return code && (mapping.path == path || mapping.unit == path || mapping.at == path) &&
             !heard_.sent.front().values.contains(code->code);
    });
  }

  const DoctorPlan& plan_;
  const std::function<void(const DoctorFinding&)>& told_;
  Rig rig_;
  std::string here_;             ///< the meter and the endpoint
  Heard heard_;                  ///< there
  std::size_t again_ = 0;        ///< findings there that are known
  std::set<std::string> known_;  ///< findings so far
  std::optional<ContractHello> hello_;
  std::map<std::string, Objects> told_at_;  ///< by meter: those that were reported
};

}  // namespace

void examine_reader(const DoctorPlan& plan, EventLoop& loop,
                    const std::function<void(const DoctorFinding&)>& told) {
  Doctor(plan, loop, told).run();
}

}  // namespace p1rig
