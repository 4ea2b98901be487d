#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "conformance/judge/line_mistakes.h"
#include "conformance/judge/lint_losses.h"
#include "conformance/judge/reader.h"
#include "conformance/judge/stream_linter.h"
#include "simulator/faults/fault.h"
#include "tests/conformance/telegrams.h"
#include "tests/protocol/xorshift.h"

// read, lint and diagnose are one judgement in three forms: a line is well where the reader takes
// all that came, and lint finds no loss.

namespace p1rig::diagnose_agrees_test {
namespace {

using test::Xorshift;

bool is_loss(const Finding& finding) {
  return std::ranges::any_of(loss_rules(),
                             [&](const LintRule& rule) { return rule.id == finding.rule; });
}

void expect_agreement(const std::string& bytes) {
  ReferenceReader reader(
      nullptr, [](std::string_view) {}, std::nullopt);
  reader.feed(bytes);
  reader.finish();
  bool losses = false;
  StreamLinter linter({}, [&](const Finding& finding) { losses = losses || is_loss(finding); });
  linter.feed(bytes);
  linter.finish();
  const LineDiagnosis diagnosis = diagnose_bytes(bytes);
  EXPECT_EQ(diagnosis.all_well, reader.accepted() > 0 && reader.rejected() == 0 && !losses)
      << bytes;
  EXPECT_EQ(diagnosis.all_well, diagnosis.mistakes.empty()) << bytes;
}

TEST(DiagnoseAgrees, OfEveryFault) {
  const std::string good = test::sealed(test::kDutch);
  for (const FaultRow& row : faults()) {
    // What has no end is endless where the stream ends too soon to tell.
    if (row.sealed_only || row.id == "endless-line") continue;
    SCOPED_TRACE(row.id);
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      Emission emission{.bytes = good};
      apply_faults(std::vector{parse_fault(row.id).value()}, seed, 1, {}, emission);
      expect_agreement(emission.bytes);
      expect_agreement(good + emission.bytes + good);
      expect_agreement(emission.bytes + emission.bytes + emission.bytes);
    }
  }
}

// A look of some seconds ends anywhere, also amid a CRC.
TEST(DiagnoseAgrees, ThatAStreamMayEndAnywhere) {
  const std::string good = test::sealed(test::kDutch);
  for (std::size_t size = 0; size <= good.size(); ++size) {
    const std::string bytes = good + good.substr(0, size);
    expect_agreement(bytes);
    EXPECT_TRUE(diagnose_bytes(bytes).all_well) << size;
  }
  // With a line end the CRC was taken away.
  EXPECT_FALSE(diagnose_bytes(good + good.substr(0, good.size() - 6) + "\r\n").all_well);
}

TEST(DiagnoseAgrees, OfDamagedTelegrams) {
  Xorshift random(3);
  for (const std::string_view text :
       {test::kDutch, test::kBelgian, test::kSwedish, test::kLuxembourg}) {
    const std::string good = test::sealed(text);
    for (int round = 0; round < 60; ++round) {
      std::string damaged = good;
      const std::size_t at = random.below(damaged.size());
      switch (random.below(3)) {
        case 0:
          damaged[at] = static_cast<char>(random.below(256));
          break;
        case 1:
          damaged.erase(at, 1 + random.below(50));
          break;
        default:
          damaged.insert(at, damaged.substr(0, 1 + random.below(50)));
      }
      expect_agreement(good + damaged + good);
    }
  }
}

}  // namespace
}  // namespace p1rig::diagnose_agrees_test
