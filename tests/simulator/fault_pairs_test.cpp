// Every fault after every other: what one takes away, the other must not look for. Built with the
// sanitizers in every run of scripts/test.sh, where it shows most.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "simulator/faults/fault.h"
#include "simulator/meter/meter.h"
#include "simulator/profile/profile.h"
#include "simulator/scenario/scenario.h"
#include "simulator/seal/seal.h"

namespace p1rig::fault_pairs_test {
namespace {

constexpr std::chrono::sys_seconds kNow{std::chrono::seconds{1'784'116'800}};  // July 2026

/// Each fault as it is, with small amounts, and at the places that another fault may have removed.
/// Some thousand bytes are an endless line all right.
std::vector<FaultRequest> all_requests() {
  std::vector<FaultRequest> requests;
  const std::span<const FaultRow> rows = faults();
  for (std::size_t row = 0; row < rows.size(); ++row) {
    constexpr std::int64_t kMost = 3000;
    const FaultRequest plain{.row = row, .amount = std::min(rows[row].default_amount, kMost)};
    requests.push_back(plain);
    if (!rows[row].unit.empty()) {
      for (const std::int64_t amount : {1, 2, 5}) {
        if (amount <= rows[row].largest_amount) requests.push_back({.row = row, .amount = amount});
      }
    }
    if (rows[row].at == FaultPlace::kNone) continue;
    for (const char* at : {"crc", "byte:1", "line:2", "1-0:1.7.0"}) {
      requests.push_back(plain);
      requests.back().at = at;
    }
  }
  return requests;
}

std::string text_of(const FaultRequest& request) {
  std::string text(faults()[request.row].id);
  if (request.amount) text += "=" + std::to_string(*request.amount);
  return request.at ? text + ",at=" + *request.at : text;
}

class FaultPairs : public testing::TestWithParam<const char*> {};

TEST_P(FaultPairs, LeaveWhatTheyDoNotFindAsItIs) {
  const auto profile = std::make_shared<const Profile>(find_profile(GetParam()).value());
  std::string telegram;
  Meter(profile, std::make_shared<const Scenario>(constant_load(*profile, kNow)), 1)
      .print(kNow, telegram);
  ASSERT_FALSE(telegram.empty());
  const FrameKeys keys = parse_frame_keys("000102030405060708090A0B0C0D0E0F").value();
  const std::vector<FaultRequest> requests = all_requests();
  ASSERT_GT(requests.size(), 2 * faults().size());
  for (const FaultRequest& first : requests) {
    const auto faulted = [&](const std::vector<FaultRequest>& asked) {
      Emission emission{.bytes = telegram};
      std::optional<TelegramSealer> sealer;
      if (profile->encryption) sealer.emplace(keys, profile->encryption->system_title, 1000);
      const auto seal = [&](Emission& plain) { EXPECT_TRUE(sealer->seal(plain).value()); };
      apply_faults(asked, 1, 1, kNow, emission,
                   sealer ? std::function<void(Emission&)>(seal) : nullptr);
      return emission;
    };
    const Emission before = faulted({first});
    for (const FaultRequest& second : requests) {
      // Stages come in their order, whatever was asked for first.
      const FaultRow& row = faults()[second.row];
      if (row.stage >= faults()[first.row].stage) {
        Emission after = before;
        const bool done = row.apply(after, second, *second.amount, 7);
        ASSERT_TRUE(done || after == before) << text_of(first) << ", then " << text_of(second);
      }
      const Emission both = faulted({first, second});
      ASSERT_TRUE(std::ranges::is_sorted(both.pauses, {}, &Pause::offset));
      ASSERT_TRUE(both.pauses.empty() || both.pauses.back().offset < both.bytes.size())
          << text_of(first) << " and " << text_of(second);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Meters, FaultPairs,
                         testing::Values("iskra-am550", "iskra-mt382", "aidon-6534",
                                         "sagemcom-smarty-lux-encrypted"),
                         [](const auto& param) {
                           std::string name = param.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace p1rig::fault_pairs_test
