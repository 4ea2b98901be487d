#include "conformance/run/process_subject.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/steady_timer.hpp>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <functional>

#include "conformance/reader/observer.h"
#include "conformance/reader/reader_launch.h"
#include "conformance/run/temporary_folder.h"
#include "conformance/run/watched_child.h"
#include "simulator/line/event_loop.h"
#include "simulator/line/line_uri.h"
#include "simulator/line/modem_shim.h"
#include "simulator/line/pacing.h"
#include "simulator/line/tcp_address.h"

namespace p1rig {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

/// Bytes of reader output that have not been asked for yet.
constexpr std::size_t kMostQueued = std::size_t{4} << 20U;
constexpr milliseconds kLongestFetch{10'000};
constexpr milliseconds kUntilRequest{2'000};
constexpr milliseconds kWithoutSupply{2'000};

std::size_t size_of(const SubjectEvent& event) {
  const auto* const said = std::get_if<ReaderSaid>(&event);
  return sizeof(SubjectEvent) + (said != nullptr ? said->line.size() : 0);
}

class ProcessSubject final : public Subject {
 public:
  ProcessSubject(SubjectSetting setting, TemporaryFolder folder, EventLoop& loop)
      : setting_(std::move(setting)),
        loop_(loop),
        folder_(std::move(folder)),
        timer_(loop.io()),
        observed_at_(address_of(setting_.reader)),
        observer_(make_observer({.reader = setting_.reader,
                                 .address = observed_at_,
                                 .dialect = setting_.profile->dialect,
                                 .keys = setting_.keys},
                                loop, [this](std::string line, ContractLine what) {
                                  push(ReaderSaid{std::move(line), std::move(what)});
                                })) {}
  ~ProcessSubject() override {
    end();
    line_.reset();
  }

  Result<void> start() override {
    end();
    events_.clear();
    queued_ = 0;
    if (setting_.reader.attached && line_) return start_attached_again();
    line_.reset();
    Fd input;
    if (kind_ == "stdin") {
      auto opened = open_pipe(input);
      if (!opened) return opened;
    } else if (auto opened = open(uri()); !opened) {
      return opened;
    }
    watch_line();
    begin_log();
    if (setting_.reader.attached) return observer_->start();
    ReaderLaunch launch = launch_of(setting_.reader, {.endpoint = endpoint(),
                                                      .profile = *setting_.profile,
                                                      .key_file = setting_.key_file,
                                                      .observed_at = observed_at_});
    if (!line_->shim().empty()) {
      std::array<Line*, 1> lines = {line_.get()};
      const auto preloaded = shim_environment(lines);
      if (!preloaded) return tl::make_unexpected(preloaded.error());
      for (const auto& [name, value] : *preloaded) launch.environment[name] = value;
    }
    auto child = WatchedChild::start(launch.command, launch.environment, input, loop_, handlers());
    if (!child) return tl::make_unexpected(child.error());
    child_ = std::move(*child);
    return observer_->start();
  }

  void stop() override { end(); }

  bool wait_until_open(milliseconds patience) override {
    if (!wait(patience, [this] { return exited_ || present(); }) || exited_) return false;
    // A meter would be silent until requested. A reader that never requests shows in the log.
    if (request_is_seen()) {
      wait(kUntilRequest, [this] { return exited_ || !present() || line_->state().requested; });
    }
    return !exited_;
  }

  SendResult send(const Emission& emission, bool at_line_pace) override {
    const auto pieces = cut_into_pieces(emission, setting_.profile->line, std::chrono::hours{1},
                                        at_line_pace ? Pace::kLine : Pace::kNone);
    const auto begin = steady_clock::now();
    lateness_ = {};
    if (!line_ || !present()) return SendResult::kNobody;
    log_.requested_at_data = log_.requested_at_data && line_->state().requested;
    in_telegram_ = true;
    SendResult result = SendResult::kSent;
    std::size_t sent = 0;
    for (const Piece& piece : pieces) {
      const auto due = begin + piece.due;
      // Bytes leave when they have passed the line; without a pace, when the silence before it is
      // over.
      wait_until(due, [this] { return exited_; });
      lateness_ = std::max<nanoseconds>(lateness_, steady_clock::now() - due);
      result = write(std::string_view(emission.bytes).substr(sent, piece.end - sent));
      sent = piece.end;
      if (result != SendResult::kSent) break;
    }
    in_telegram_ = false;
    return result;
  }

  void act(LineAction action, milliseconds duration) override {
    if (action == LineAction::kFreeze) {
      line_->freeze();
    } else if (action == LineAction::kUnplug) {
      const std::string again = uri();
      line_.reset();
      pause(duration);
      if (open(again)) watch_line();
    } else {
      pause(duration);
    }
  }

  std::optional<SubjectEvent> next(nanoseconds patience) override {
    if (events_.empty() && !deaf_) {
      if (patience <= nanoseconds{0}) {
        loop_.io().restart();
        loop_.io().poll();
      } else {
        wait(patience, [this] { return !events_.empty() || deaf_; });
      }
    }
    if (events_.empty()) return std::nullopt;
    SubjectEvent event = std::move(events_.front());
    events_.pop_front();
    queued_ -= size_of(event);
    if (queued_ <= kMostQueued && child_) child_->listen(true);
    return event;
  }

  std::optional<SubjectEvent> settle(nanoseconds most) override {
    // A reader at work does not pause; one that only polls now and then is at rest.
    constexpr milliseconds kLook{2}, kBusy{1};
    constexpr int kQuietLooks = 2;
    const auto deadline = steady_clock::now() + most;
    nanoseconds used = usage().value_or(ProcessUsage{}).processor;
    int quiet = 0;
    for (bool taken = false; quiet < kQuietLooks || !taken;) {
      if (auto event = next(kLook)) return event;
      const ProcessUsage spent = usage().value_or(ProcessUsage{});
      const bool is_still = !spent.is_running && spent.processor - used < kBusy;
      used = spent.processor;
      quiet = is_still ? quiet + 1 : 0;
      // Some lines look more than once before they are sure: they are asked each time.
      taken = has_taken_everything();
      const bool is_over = steady_clock::now() >= deadline || is_given_up();
      if (is_over || (setting_.interrupted && setting_.interrupted())) break;
    }
    return std::nullopt;
  }

  void begin_log() override {
    log_ = LineLog{.meter = setting_.profile->line};
    before_ = line_ ? line_->state() : Line::State{};
  }

  LineLog log() const override {
    LineLog log = log_;
    log.request_seen = request_is_seen();
    if (line_) {
      const Line::State state = line_->state();
      log.opened = state.settings;
      log.framing_seen =
          state.settings.has_value() && (line_->kind().scheme != "pty" || !line_->shim().empty());
      log.flow_control = state.flow_control - before_.flow_control;
      log.written = state.received - before_.received - log.flow_control;
    }
    return log;
  }

  nanoseconds lateness() const override { return lateness_; }
  std::optional<std::uint64_t> memory() const override {
    if (!child_) return std::nullopt;
    return child_->memory();
  }
  std::optional<ProcessUsage> usage() const override {
    if (!child_) return std::nullopt;
    return child_->usage();
  }
  bool can_act(LineAction action) const override {
    const bool network = kind_ == "tcp" || kind_ == "rfc2217";
    return action == LineAction::kFreeze ? network : kind_ != "stdin";
  }

 private:
  bool has_taken_everything() {
    int unread = 0;
    if (pipe_) return ::ioctl(pipe_.get(), FIONREAD, &unread) != 0 || unread == 0;
    return !line_ || line_->drained();
  }

  bool hears_output() const { return setting_.reader.observe.kind == "stdout"; }

  bool request_is_seen() const {
    return line_ && !line_->kind().always_requested && setting_.reader.wiring != "vcc";
  }

  /// An attached device keeps its line, which may also be its supply.
  Result<void> start_attached_again() {
    if (setting_.reader.reset_by_supply) {
      line_->supply(false);
      pause(kWithoutSupply);
      line_->supply(true);
      events_.clear();
      queued_ = 0;
    }
    begin_log();
    return observer_->start();
  }

  /// Where a reader that p1rig starts is observed: port 0 becomes a free one.
  static std::string address_of(const ReaderFile& reader) {
    std::string address = reader.observe.address;
    const std::size_t colon = address.rfind(":0");
    if (reader.attached || colon == std::string::npos) return address;
    const std::size_t end = colon + 2;
    if (end < address.size() && address[end] != '/') return address;
    const auto free = listen_tcp({.host = "127.0.0.1", .port = 0});
    if (!free) return address;
    return address.replace(colon, 2, free->address.substr(free->address.rfind(':')));
  }

  std::string uri() const {
    const std::string wiring = "wiring=" + setting_.reader.wiring;
    const std::string name = name_.empty() ? folder_.path() + "/p1" : name_;
    const std::string where = name_.empty() ? "127.0.0.1:" + port_ : name_;
    if (kind_ == "pty") return "pty:" + name;
    if (kind_ == "pty-shim") return "pty:" + name + "?modem=shim&" + wiring;
    if (kind_ == "tcp") return "tcp-listen:" + where;
    if (kind_ == "rfc2217") return "rfc2217-listen:" + where + "?" + wiring;
    if (kind_ == "cable" && name_.find("wiring=") == std::string::npos) {
      return "cable:" + name_ + (name_.find('?') == std::string::npos ? "?" : "&") + wiring;
    }
    return setting_.endpoint;
  }

  std::string endpoint() const {
    if (kind_ == "pty" || kind_ == "pty-shim")
      return name_.empty() ? folder_.path() + "/p1" : name_;
    if (kind_ == "tcp") return "tcp://127.0.0.1:" + port_;
    if (kind_ == "rfc2217") return "rfc2217://127.0.0.1:" + port_;
    if (kind_ == "stdin") return "-";
    return line_->name();
  }

  Result<void> open(const std::string& text) {
    const auto parsed = parse_line_uri(text);
    if (!parsed) return tl::make_unexpected(parsed.error());
    auto line = open_line(*parsed, setting_.profile->line, loop_);
    if (!line) return tl::make_unexpected(line.error());
    line_ = std::move(*line);
    // No byte is lost on our side: a reader is judged by what it does with all of them.
    line_->lose_nothing();
    const std::string name = line_->name();
    // The port that the system chose is kept while the line is unplugged.
    if (parsed->scheme.ends_with("-listen")) port_ = name.substr(name.rfind(':') + 1);
    return {};
  }

  /// The reader's standard input, written to by the path of our own descriptor.
  Result<void> open_pipe(Fd& input) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail("stdin: no pipe is available");
    input.reset(ends[0]);
    pipe_.reset(ends[1]);
    return open("file:/proc/self/fd/" + std::to_string(pipe_.get()));
  }

  void watch_line() {
    requested_ = line_->state().requested;
    line_->on_change([this] {
      const bool requested = line_->state().requested;
      if (requested != requested_) {
        ++log_.edges;
        if (!requested && in_telegram_) ++log_.falls_in_telegram;
      }
      requested_ = requested;
      loop_.stop();
    });
  }

  WatchedChild::Handlers handlers() {
    return {.output =
                [this](std::string_view bytes) {
                  if (!setting_.unparsed || !hears_output()) return observer_->hear(bytes);
                  push(ReaderSaid{std::string(bytes), ContractLog{}});
                },
            .closed =
                [this] {
                  if (!hears_output()) return;
                  deaf_ = true;
                  push(ReaderSaid{"", ContractBreach{"the reader closed its standard output"}});
                },
            .exited =
                [this](const ReaderExited& gone) {
                  exited_ = true;
                  push(gone);
                }};
  }

  void end() {
    // Children of the reader may write until they are ended: nothing reads that.
    child_.reset();
    observer_->stop();
    pipe_.reset();
    if (!setting_.reader.attached) line_.reset();
    exited_ = deaf_ = false;
  }

  void push(SubjectEvent event) {
    if (auto* const said = std::get_if<ReaderSaid>(&event)) said->at = steady_clock::now();
    queued_ += size_of(event);
    events_.push_back(std::move(event));
    // What is not asked for now waits in the reader's pipe, not in our memory.
    if (queued_ > kMostQueued && child_) child_->listen(false);
    loop_.stop();
  }

  bool present() const { return line_ && (line_->state().present || kind_ == "stdin"); }

  SendResult write(std::string_view bytes) {
    const auto deadline = steady_clock::now() + kLongestFetch;
    while (!bytes.empty()) {
      const std::size_t taken = line_->send(bytes);
      observer_->sent(bytes.substr(0, taken));
      bytes.remove_prefix(taken);
      if (bytes.empty()) break;
      if (exited_ || !present() || line_->state().ended) return SendResult::kNobody;
      if (setting_.interrupted && setting_.interrupted()) return SendResult::kNotTaken;
      if (steady_clock::now() >= deadline || is_given_up()) return SendResult::kNotTaken;
      // Some lines do not signal that there is room.
      wait(
          milliseconds{20}, [] { return false; }, true);
    }
    return SendResult::kSent;
  }

  void pause(milliseconds duration) {
    wait_until(steady_clock::now() + duration, [] { return false; });
  }

  bool wait(nanoseconds patience, const std::function<bool()>& done, bool one_change = false) {
    return wait_until(steady_clock::now() + patience, done, one_change);
  }

  /// Runs the loop until it is `done` or late; until anything changed where that is enough.
  bool wait_until(steady_clock::time_point deadline, const std::function<bool()>& done,
                  bool one_change = false) {
    while (!done()) {
      if (setting_.interrupted && setting_.interrupted()) return false;
      if (steady_clock::now() >= deadline || is_given_up()) return false;
      timer_.expires_at(deadline);
      // It may already be ready when this object is destroyed.
      timer_.async_wait([&loop = loop_](const auto& error) {
        if (!error) loop.stop();
      });
      loop_.run();
      if (one_change) return done();
    }
    return true;
  }

  SubjectSetting setting_;
  std::string kind_ = setting_.endpoint.substr(0, setting_.endpoint.find(':'));
  /// The address of an endpoint that has one: "/dev/ttyUSB0", "0.0.0.0:4001".
  std::string name_ =
      setting_.endpoint.substr(std::min(kind_.size() + 1, setting_.endpoint.size()));
  EventLoop& loop_;
  TemporaryFolder folder_;  ///< for links and pipes
  std::string port_ = "0";
  std::unique_ptr<Line> line_;
  Fd pipe_;  ///< to the reader's standard input: shows what it has not read yet
  boost::asio::steady_timer timer_;
  std::string observed_at_;
  std::unique_ptr<Observer> observer_;
  std::unique_ptr<WatchedChild> child_;
  std::deque<SubjectEvent> events_;
  std::size_t queued_ = 0;  ///< bytes of them
  bool exited_ = false, deaf_ = false;
  LineLog log_;
  Line::State before_;  ///< when the log began
  bool requested_ = false, in_telegram_ = false;
  nanoseconds lateness_{};
};

}  // namespace

Result<std::unique_ptr<Subject>> make_process_subject(SubjectSetting setting, EventLoop& loop) {
  auto folder = TemporaryFolder::make();
  if (!folder) return tl::make_unexpected(folder.error());
  return std::make_unique<ProcessSubject>(std::move(setting), std::move(*folder), loop);
}

}  // namespace p1rig
