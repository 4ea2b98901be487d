#include "conformance/speed/speed_feed.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "protocol/wording.h"

namespace p1rig {
namespace {

using std::chrono::duration;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr std::size_t kWarmUps = 3, kSentinels = 3;
constexpr std::size_t kStartTelegrams = 20;
constexpr std::size_t kToLearnFrom = 5;

/// A step that a slow reader cannot finish is cut off, and is shorter then.
constexpr std::chrono::seconds kLongestSending{4};
constexpr std::chrono::seconds kLongestOneByOne{10};

/// What a reader may say in a step: logs are welcome, but not without end.
constexpr std::uint64_t kMostTalk = 1U << 20U, kMostTalkPerTelegram = 65'536;
/// What is kept before it is understood.
constexpr std::size_t kMostKept = std::size_t{32} << 20U;
constexpr int kMostAtOnce = 64;
/// So long at a time nothing is waited for.
constexpr nanoseconds kLook = milliseconds{20};

/// Reports fall behind where the last is so much later than the first, of the time that it took.
constexpr double kMostBehind = 0.1;
constexpr nanoseconds kAlwaysBehind = milliseconds{5};

double seconds_of(nanoseconds time) { return duration<double>(time).count(); }

SpeedLatency latency_of(std::vector<nanoseconds> all) {
  std::ranges::sort(all);
  // The nearest rank: of 100, the 50th and the 99th.
  const auto rank = [&](std::size_t percent) { return all[(all.size() * percent + 99) / 100 - 1]; };
  return {rank(50), rank(99), all.back()};
}

}  // namespace

SpeedFeed::SpeedFeed(Subject& subject, const TelegramSupply& supply, const SpeedSettings& settings)
    : subject_(subject),
      supply_(supply),
      settings_(settings),
      matcher_(settings.precision),
      stream_(settings.map, [this](const std::string&, const ContractLine& what) {
        understand(what, piece_at_);
      }) {}

void SpeedFeed::stop(SpeedVerdict verdict, std::string message) {
  if (!stop_) stop_ = Stop{verdict, std::move(message)};
}

bool SpeedFeed::interrupted() {
  if (settings_.interrupted && settings_.interrupted()) stop(SpeedVerdict::kInterrupted, "");
  return stop_.has_value();
}

nanoseconds SpeedFeed::short_patience() const {
  const nanoseconds least = milliseconds{500} + settings_.spacing;
  return std::clamp<nanoseconds>(20 * slowest_, least,
                                 std::max<nanoseconds>(least, settings_.patience));
}

/// All that may be sent until the step is over, in the order of sending.
void SpeedFeed::prepare(std::size_t telegrams) {
  understand();
  matcher_.begin();
  sendings_.clear();
  next_ = 0;
  heard_ = 0;
  allowed_ = kMostTalk;
  for (std::size_t i = 0; i < telegrams; ++i) {
    Stimulus made = supply_();
    matcher_.add(std::move(made.telegram->meant.values));
    sendings_.push_back({.emission = std::move(made.emission), .sent_at = {}, .told_at = {}});
  }
}

// What the reader says

void SpeedFeed::take(SubjectEvent event) {
  if (const auto* const gone = std::get_if<ReaderExited>(&event)) {
    understand();
    if (gone->unsupported())
      stop(SpeedVerdict::kUnmeasurable, "it does not support this meter or line (89)");
    return stop(SpeedVerdict::kEnded, "it was ended by " + gone->how() + gone->said());
  }
  auto& said = std::get<ReaderSaid>(event);
  heard_ += said.line.size();
  if (heard_ > allowed_) {
    return stop(SpeedVerdict::kFloods, fmt::format("it said {} about {}", counted(heard_, "byte"),
                                                   counted(next_, "telegram")));
  }
  const bool raw = settings_.unparsed && std::holds_alternative<ContractLog>(said.what);
  if (!raw) return understand(said.what, said.at);
  kept_ += said.line.size();
  pieces_.push_back(std::move(said));
  if (kept_ > kMostKept) understand();
}

void SpeedFeed::understand() {
  for (const ReaderSaid& piece : pieces_) {
    piece_at_ = piece.at;
    stream_.feed(piece.line);
  }
  pieces_.clear();
  kept_ = 0;
}

void SpeedFeed::understand(const ContractLine& what, Time at) {
  if (const auto* const hello = std::get_if<ContractHello>(&what)) {
    hello_ = *hello;
    Precision precision = settings_.precision;
    precision.decimals = hello->decimals.value_or(precision.decimals);
    matcher_.set_precision(precision);
  }
  if (const auto* const breach = std::get_if<ContractBreach>(&what)) {
    stop(SpeedVerdict::kBreach, breach->message);
  }
  const auto* const said = std::get_if<ContractTelegram>(&what);
  if (said == nullptr) return;
  const auto number = learns_ ? matcher_.learn(*said) : matcher_.take(*said);
  if (!number || sendings_[*number].told_at || *number >= next_) return;
  sendings_[*number].told_at = at;
  slowest_ = std::max(slowest_, at - sendings_[*number].sent_at);
}

/// Waits for one thing that the reader does, and takes what it has done besides.
void SpeedFeed::collect(nanoseconds patience) {
  for (int i = 0; i < kMostAtOnce && !stop_; ++i) {
    auto event = subject_.next(i == 0 ? patience : nanoseconds{0});
    if (!event) return;
    take(std::move(*event));
  }
}

/// Takes what the reader still says, and looks at none of it: what waits in the pipe while we parse
/// would be reported late.
void SpeedFeed::drain() {
  for (auto heard = heard_; !interrupted(); heard = heard_) {
    collect(kLook);
    if (heard_ == heard) return;
  }
}

void SpeedFeed::collect_until(Time due) {
  collect(nanoseconds{0});
  for (auto now = subject_.now(); now < due && !interrupted(); now = subject_.now()) {
    collect(due - now);
  }
}

// One at a time

/// True if it is reported before `patience` is over; reports of others renew it.
bool SpeedFeed::await(std::size_t number, nanoseconds patience) {
  Time until = subject_.now() + patience;
  std::uint64_t heard = heard_;
  while (!interrupted()) {
    understand();
    if (stop_ || sendings_[number].told_at) return !stop_;
    const Time now = subject_.now();
    if (heard_ != heard) until = now + patience;
    heard = heard_;
    if (now >= until) return false;
    collect(std::min<nanoseconds>(until - now, kLook));
  }
  return false;
}

bool SpeedFeed::send(std::size_t number) {
  allowed_ += kMostTalkPerTelegram;
  next_ = number + 1;
  const SendResult result = subject_.send(sendings_[number].emission, false);
  last_sent_ = sendings_[number].sent_at = subject_.now();
  if (result == SendResult::kSent) return true;
  if (interrupted()) return false;
  if (result == SendResult::kNotTaken) {
    stop(SpeedVerdict::kSilent, "it does not read its bytes");
  }
  // How it ended comes another way, perhaps later.
  const Time until = subject_.now() + std::chrono::seconds{2};
  while (!stop_ && subject_.now() < until) collect(until - subject_.now());
  understand();
  stop(SpeedVerdict::kEnded, "it closed its endpoint");
  return false;
}

bool SpeedFeed::send_and_wait(std::size_t number) {
  collect_until(last_sent_ + settings_.spacing);
  return !stop_ && send(number) && await(number, short_patience());
}

void SpeedFeed::look() {
  allowed_ = kMostTalk;
  collect(nanoseconds{0});
  understand();
  static_cast<void>(interrupted());
}

void SpeedFeed::warm_up() {
  learns_ = true;
  prepare(kStartTelegrams);
  const Time deadline = subject_.now() + settings_.startup;
  std::size_t told = 0;
  while (next_ < sendings_.size() && told < kToLearnFrom && !stop_) {
    if (next_ > 0 && subject_.now() > deadline) break;
    const std::size_t number = next_;
    collect_until(last_sent_ + settings_.spacing);
    // The first ones may fall into the time in which a reader gets ready.
    if (!stop_ && send(number) &&
        await(number, std::max<nanoseconds>(std::chrono::seconds{1}, short_patience()))) {
      ++told;
    }
  }
  learns_ = false;
  if (stop_ || told > 0) return;
  await(next_ - 1, settings_.patience);
  if (std::ranges::any_of(sendings_, [](const Sending& one) { return one.told_at.has_value(); }))
    return;
  stop(SpeedVerdict::kSilent,
       fmt::format("none of its reports on {} could be recognised by the clock or a register",
                   counted(next_, "telegram")));
}

/// True if most reports came after the next telegram, though it waited for them.
bool SpeedFeed::is_one_behind(std::size_t sent) const {
  std::size_t told = 0, behind = 0;
  for (std::size_t i = 0; i < sent; ++i) {
    if (!sendings_[i].told_at) continue;
    ++told;
    if (i + 1 < next_ && *sendings_[i].told_at > sendings_[i + 1].sent_at) ++behind;
  }
  return 2 * behind > told;
}

std::optional<SpeedStep> SpeedFeed::one_at_a_time(std::size_t telegrams, bool learns) {
  prepare(telegrams + kSentinels);
  learns_ = learns;
  SpeedStep step{.pace = SpeedStep::Pace::kOneAtATime};
  const auto before = subject_.usage();
  const auto own_before = settings_.own_processor ? settings_.own_processor() : nanoseconds{0};
  const Time begin = subject_.now();
  while (step.sent < telegrams && !stop_ && subject_.now() - begin < kLongestOneByOne) {
    send_and_wait(step.sent);
    ++step.sent;
  }
  if (!stop_) settle(step.sent - 1);
  learns_ = false;
  if (!stop_ && is_one_behind(step.sent)) {
    stop(SpeedVerdict::kUnmeasurable, "it reports a telegram only after the next one has arrived");
  }
  if (interrupted()) return std::nullopt;
  if (settings_.own_processor) step.own_processor = settings_.own_processor() - own_before;
  finish(0, begin, step);
  const auto after = subject_.usage();
  if (before && after) step.processor = after->processor - before->processor;
  return step;
}

// At a rate

std::optional<SpeedStep> SpeedFeed::attempt(const RateAttempt& attempt) {
  prepare(kWarmUps + attempt.telegrams + kSentinels);
  // After a loss a reader may need a telegram or two until it hears well again.
  std::size_t first = 0;
  while (first < kWarmUps && !send_and_wait(first++)) {
    if (stop_) return std::nullopt;
  }
  collect_until(last_sent_ + settings_.spacing);
  SpeedStep step{.pace = attempt.rate > 0 ? SpeedStep::Pace::kRate : SpeedStep::Pace::kFull,
                 .rate = attempt.rate};
  const auto before = subject_.usage();
  const auto own_before = settings_.own_processor ? settings_.own_processor() : nanoseconds{0};
  const Time begin = subject_.now();
  send_all(attempt, first, step);
  if (settings_.own_processor) step.own_processor = settings_.own_processor() - own_before;
  if (interrupted() || !settle(first + step.sent - 1)) return std::nullopt;
  finish(first, begin, step);
  const auto after = subject_.usage();
  if (before && after) step.processor = after->processor - before->processor;
  return step;
}

void SpeedFeed::send_all(const RateAttempt& attempt, std::size_t first, SpeedStep& step) {
  const Time begin = subject_.now();
  while (step.sent < attempt.telegrams) {
    const auto due = attempt.rate > 0 ? std::chrono::duration_cast<nanoseconds>(duration<double>(
                                            static_cast<double>(step.sent) / attempt.rate))
                                      : nanoseconds{0};
    collect_until(begin + due);
    if (stop_ || !send(first + step.sent)) return;
    ++step.sent;
    if (subject_.now() - begin > kLongestSending) return;
  }
}

/// Waits until the last telegram is reported, or one sent after it. False if nothing is reported
/// any more.
bool SpeedFeed::settle(std::size_t last) {
  drain();
  if (await(last, short_patience())) return true;
  for (std::size_t i = 0; i < kSentinels && !interrupted(); ++i) {
    const std::size_t number = sendings_.size() - kSentinels + i;
    collect_until(last_sent_ + settings_.spacing);
    if (!stop_ && send(number) && await(number, settings_.patience)) return true;
    // One that was thought lost came late.
    if (sendings_[last].told_at) return !stop_;
  }
  stop(SpeedVerdict::kSilent, "it stopped reporting after " + counted(last + 1, "telegram"));
  return false;
}

void SpeedFeed::finish(std::size_t first, Time begin, SpeedStep& step) {
  std::vector<nanoseconds> latencies;
  Time last_told = begin;
  for (std::size_t i = 0; i < step.sent; ++i) {
    const Sending& one = sendings_[first + i];
    step.bytes += one.emission.bytes.size();
    if (one.told_at) {
      latencies.push_back(*one.told_at - one.sent_at);
      last_told = std::max(last_told, *one.told_at);
    } else if (!step.first_lost) {
      step.first_lost = i + 1;
    }
  }
  step.told = latencies.size();
  step.repeated = matcher_.repeated();
  step.damaged = matcher_.damaged();
  step.unknown = matcher_.unknown();
  step.took = last_told - begin;
  if (latencies.empty() || step.sent == 0) return;
  step.latency = latency_of(latencies);
  const auto spaces = static_cast<double>(step.sent) - 1;
  if (step.took > nanoseconds{0}) step.reached = spaces / seconds_of(step.took);
  if (step.rate <= 0) return;
  const nanoseconds sending = sendings_[first + step.sent - 1].sent_at - begin;
  const nanoseconds behind = latencies.back() - latencies.front();
  const double planned = spaces / step.rate;
  step.kept_up = seconds_of(sending) <= planned * (1 + kMostBehind) + seconds_of(kAlwaysBehind) &&
                 seconds_of(behind) <= planned * kMostBehind + seconds_of(kAlwaysBehind);
  if (step.kept_up) step.reached = std::max(step.reached, spaces / seconds_of(sending));
}

}  // namespace p1rig
