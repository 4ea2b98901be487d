#pragma once

#include <optional>
#include <string>
#include <vector>

#include "conformance/judge/contract.h"
#include "conformance/reader/reader_file.h"

namespace p1rig {

/// What a reader reported about ordinary telegrams.
struct AdviceRequest {
  const ReaderFile& reader;
  std::vector<ContractTelegram> sent, told;
  std::optional<int> decimals = {};  ///< from its hello
  bool no_season = false;            ///< as in Precision
};

struct Advice {
  bool wrong = false;  ///< it reports what was not sent
  std::string message, advice = {};
};

/// Checks each reported value for what adapters get wrong: units, decimals, times, the direction of
/// energy. Each mistake is listed once, however many telegrams show it.
std::vector<Advice> advise_on_values(const AdviceRequest& request);

}  // namespace p1rig
