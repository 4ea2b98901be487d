#include "cli/fault_options.h"

namespace p1rig {

int choose_faults(const Options& options, ChosenMeter& chosen, std::chrono::sys_seconds start,
                  bool sealed, std::vector<FaultRequest>& requests) {
  for (const std::string& text : options.list("fault")) {
    auto request = parse_fault(text);
    if (!request) return options.misuse("--fault: " + request.error().message);
    const Emission example{.bytes = chosen.telegram_at(start),
                           .crc_algorithm = chosen.meter->profile_at(start)->layout.crc_algorithm};
    if (const auto why = cannot_apply(*request, example, sealed)) {
      return complain(kUsage, why->message);
    }
    requests.push_back(std::move(*request));
  }
  return kAsExpected;
}

}  // namespace p1rig
