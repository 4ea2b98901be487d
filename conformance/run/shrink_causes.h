#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "conformance/run/case_runner.h"
#include "conformance/run/conform_report.h"
#include "conformance/run/rig.h"

namespace p1rig {

/// How the readers of a run are made once more.
struct ShrinkTools {
  const Rig& rig;
  std::function<Rig::Meter(const std::string& name)> meter;
  std::function<std::unique_ptr<Subject>(const Profile& meter)> reference;
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
