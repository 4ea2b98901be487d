#pragma once

#include <optional>
#include <string>
#include <vector>

#include "conformance/judge/contract.h"
#include "conformance/reader/reader_file.h"

namespace p1rig {

/// What a reader told of telegrams as they should be.
struct AdviceRequest {
  const ReaderFile& reader;
  std::vector<ContractTelegram> sent, told;
  std::optional<int> decimals = {};  ///< of its hello
};

struct Advice {
  bool wrong = false;  ///< what it tells was not sent
  std::string message, advice = {};
};

/// Looks at each value that was told for what an adapter gets wrong: units, decimals, times, the
/// direction of energy. Each mistake once, however many telegrams have it.
std::vector<Advice> advise_on_values(const AdviceRequest& request);

}  // namespace p1rig
