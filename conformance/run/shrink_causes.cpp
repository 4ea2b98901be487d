#include "conformance/run/shrink_causes.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "conformance/run/shrink_failure.h"

namespace p1rig {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

/// A reader that reports later has been late all along.
constexpr milliseconds kPatience{1000};

/// The reader and the reference at one place of the run.
class Bench {
 public:
  Bench(Rig::Meter meter, std::string endpoint, const ShrinkTools& tools,
        steady_clock::time_point end)
      : meter_(std::move(meter)), endpoint_(std::move(endpoint)), tools_(tools), end_(end) {}

  bool is_at(const CaseResult& result) const {
    return meter_->name == result.profile && endpoint_ == result.endpoint;
  }

  /// The error is about the environment.
  Result<void> prepare() {
    auto subject = tools_.rig.make_reader(meter_, endpoint_, [this] { return is_over(); });
    if (!subject) return tl::make_unexpected(subject.error());
    subject_ = std::move(*subject);
    RunnerSettings settings = tools_.rig.runner_settings(*meter_);
    settings.patience = std::min(settings.patience, kPatience + settings.min_interval);
    reader_.emplace(*subject_, tools_.rig.make_stimuli(meter_), settings);
    reader_->on_interrupt([this] { return is_over(); });
    reader_->take_traits(tools_.traits(meter_->name, endpoint_));
    reference_subject_ = tools_.reference(*meter_);
    reference_.emplace(*reference_subject_, tools_.rig.make_stimuli(meter_), of_reference());
    reference_->on_interrupt([this] { return is_over(); });
    if (reference_->start().kind != Start::Kind::kReady) {
      return fail("the reference reader does not read this meter");
    }
    plain_.emplace(tools_.rig.make_plain_stimuli(meter_));
    return {};
  }

  Result<SmallFailure> shrink(const CaseResult& failed, nanoseconds limit) {
    return shrink_failure({.reader = *reader_,
                           .reference = *reference_,
                           .plain = *plain_,
                           .limit = limit,
                           .is_over = [this] { return is_over(); }},
                          failed);
  }

 private:
  /// It is held to everything.
  RunnerSettings of_reference() const {
    constexpr int kAllDecimals = 9;
    RunnerSettings settings;
    settings.seed = tools_.rig.runner_settings(*meter_).seed;
    settings.traits.precision.decimals = kAllDecimals;
    settings.traits.claims = {"*"};
    for (const CaseNeed& need : case_needs()) settings.can.emplace_back(need.name);
    return settings;
  }

  bool is_over() const { return tools_.interrupted() || steady_clock::now() >= end_; }

  Rig::Meter meter_;
  std::string endpoint_;
  const ShrinkTools& tools_;
  steady_clock::time_point end_;
  std::unique_ptr<Subject> subject_, reference_subject_;
  std::optional<CaseRunner> reader_, reference_;
  std::optional<StimulusMaker> plain_;
};

void show(SmallFailure small, Cause& cause) {
  cause.sent_as = std::move(small.one);
  cause.messages = small.result.messages;
  if (!small.result.death.empty()) cause.words = small.result.death;
  const Stimulated shown = stimulus_of(small.result);
  cause.stimulus = shown.bytes;
  cause.focus = shown.focus;
}

}  // namespace

void shrink_causes(ConformReport& report, const ShrinkTools& tools, milliseconds limit) {
  std::vector<Cause>& causes = report.causes.all;
  // A failure is sent again before and after, by a reader that is started for it.
  constexpr int kMostTimes = 3;
  const auto end = steady_clock::now() + kMostTimes * limit;
  nanoseconds left = limit;
  std::unique_ptr<Bench> bench;
  for (std::size_t i = 0; i < causes.size() && !tools.interrupted(); ++i) {
    const CaseResult& shown = report.results[causes[i].shown];
    if (tools.begins) tools.begins(i + 1, causes.size());
    if (bench == nullptr || !bench->is_at(shown)) {
      // A port cannot be opened twice.
      bench.reset();
      bench = std::make_unique<Bench>(tools.meter(shown.profile), shown.endpoint, tools, end);
      if (const auto ready = bench->prepare(); !ready) {
        causes[i].as_sent = ready.error().message;
        bench.reset();
        continue;
      }
    }
    // What one cause does not need is for the others.
    const nanoseconds share = left / static_cast<std::int64_t>(causes.size() - i);
    const auto began = steady_clock::now();
    auto small = bench->shrink(shown, share);
    left -= std::min<nanoseconds>(share, steady_clock::now() - began);
    if (small) {
      show(std::move(*small), causes[i]);
    } else {
      causes[i].as_sent = small.error().message;
    }
  }
}

}  // namespace p1rig
