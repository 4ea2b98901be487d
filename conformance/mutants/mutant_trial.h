#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/mutants/mutant.h"
#include "conformance/run/case_result.h"
#include "protocol/frame_cipher.h"
#include "protocol/result.h"
#include "simulator/profile/profile.h"

namespace p1rig {

/// A meter and the cases that say something about it.
struct TrialGround {
  std::shared_ptr<const Profile> profile;
  std::optional<FrameKeys> keys = {};
  std::vector<Case> ordinary = {};  ///< what every ordinary telegram asks
  std::vector<Case> cases = {};  ///< with fewer telegrams, or bytes, where one step has very many
};

/// One for each dialect that a glob names: its richest meter. Cases that no such meter can show get
/// their own.
Result<std::vector<TrialGround>> trial_grounds(std::span<const Case> cases,
                                               std::string_view dialect_glob = "*");

/// What ordinary telegrams ask, and the cases of a ground with these ids, on the reference (nullptr) or
/// a mutant: ids empty, all.
std::vector<CaseResult> try_mutant(const Mutant* mutant, const TrialGround& ground,
                                   std::span<const std::string> ids = {});

/// What a mutant that reports no ordinary telegram of this ground makes of others (silence.h).
std::vector<std::string> probe_mutant(const Mutant& mutant, const TrialGround& ground);

/// True if the case failed, at whatever level: as a crash and a hang do.
bool is_caught(const CaseResult& result);

/// The names of the cases that say they are for this mutant.
std::vector<std::string> cases_naming(std::span<const Case> cases, std::string_view mutant);

/// Which cases caught which mutant, on any ground.
struct MutantMatrix {
  std::map<std::string, std::vector<std::string>> caught_by;   ///< mutant, case ids in order
  std::map<std::string, std::vector<std::string>> failed_for;  ///< case, mutants in order
};
/// Of which cases a matrix speaks: of those of the grounds, or of what ordinary telegrams ask as well.
enum class Asks : std::uint8_t { kAll, kNoOrdinary };
MutantMatrix run_matrix(std::span<const Mutant* const> mutants,
                        std::span<const TrialGround> grounds, Asks asks = Asks::kAll);

/// What is not as it must be, a line each: the reference fails, a mutant is not caught, a case that
/// names it does not fail it, nor another instance of its table, a case that nothing fails. None if all is well. Each mutant is run
/// against the cases that name it only.
std::vector<std::string> check_mutants(std::span<const Case> cases,
                                       std::span<const TrialGround> grounds);

}  // namespace p1rig
