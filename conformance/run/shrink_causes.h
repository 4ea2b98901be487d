#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "conformance/run/case_runner.h"
#include "conformance/run/conform.h"

namespace p1rig {

/// How the readers of a run are made once more.
struct ShrinkTools {
  using Meter = std::shared_ptr<const Profile>;
  std::function<Meter(const std::string& name)> meter;
  std::function<Result<std::unique_ptr<Subject>>(const Meter& meter, const std::string& endpoint,
                                                 std::function<bool()> interrupted)>
      reader;
  std::function<std::unique_ptr<Subject>(const Meter& meter)> reference;
  std::function<StimulusMaker(const Meter& meter, bool is_sealed)> maker;
  std::function<RunnerSettings(const Profile& profile)> settings;
  /// What the reader gets wrong in ordinary telegrams there.
  std::function<OrdinaryTraits(const std::string& meter, const std::string& endpoint)> traits;
  std::function<bool()> interrupted;
  std::function<void(std::size_t number, std::size_t of)> begins = {};
};

/// Makes what each cause shows as small as it can be within that time for all of them, and in three times
/// that time at most; each cause says what came of it.
void shrink_causes(ConformReport& report, const ShrinkTools& tools,
                   std::chrono::milliseconds limit);

}  // namespace p1rig
