#pragma once

#include "conformance/judge/contract.h"
#include "protocol/truth.h"
#include "simulator/profile/profile.h"

namespace p1rig {

/// What a correct reader reports of a telegram with this Truth, and what it concludes: which M-Bus
/// devices there are, and which register is which tariff. Times carry the zone's offset.
ContractTelegram contract_telegram(const MeterState& state, const Truth& truth,
                                   const Profile& profile);

}  // namespace p1rig
