#include "simulator/line/recorded_steps.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace p1rig::recorded_steps_test {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
namespace fs = std::filesystem;

constexpr MeterTime kNoon{std::chrono::sys_days{std::chrono::year{2026} / 5 / 4} + 12h};

using Steps = std::vector<std::pair<nanoseconds, std::string>>;

class RecordedStepsOf : public ::testing::Test {
 protected:
  RecordedStepsOf() {
    std::string name = (fs::temp_directory_path() / "p1rig-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~RecordedStepsOf() override { fs::remove_all(folder_); }

  /// A recording of these packets, which begins with an edge of Data Request at noon.
  void record(const Steps& packets) {
    auto writer = RecordingWriter::create(path());
    ASSERT_TRUE(writer);
    writer->write({.time = kNoon, .leads = kLeadRts});
    for (const auto& [at, bytes] : packets) {
      writer->write({.time = kNoon + at,
                     .type = SerialEvent::kDataReceived,
                     .leads = kLeadRts,
                     .bytes = bytes});
    }
  }

  /// At most so many of them.
  Steps take(std::optional<std::uint64_t> times, std::size_t most = 100) {
    auto steps = RecordedSteps::open(path(), times);
    Steps taken;
    while (steps && taken.size() < most) {
      auto step = steps->next();
      if (!step) break;
      taken.emplace_back(step->due, step->bytes);
    }
    trouble_ = steps ? steps->trouble() : steps.error().message;
    return taken;
  }

  std::string path() const { return (folder_ / "line.pcap").string(); }

  fs::path folder_;
  std::string trouble_;
};

TEST_F(RecordedStepsOf, ARecordingThatIsSentOnce) {
  record({{3s, "a"}, {3s + 2ms, "b"}, {13s, "c"}});
  EXPECT_EQ(take(1), (Steps{{3s, "a"}, {3s + 2ms, "b"}, {13s, "c"}}));
  EXPECT_EQ(trouble_, "");
}

// The pause of 9.998 s between "b" and "c" comes before the next "a", and not the 3 s before the first.
TEST_F(RecordedStepsOf, TimesGoOnInTheNextRound) {
  record({{3s, "a"}, {3s + 2ms, "b"}, {13s, "c"}});
  EXPECT_EQ(take(3), (Steps{{3s, "a"},
                            {3s + 2ms, "b"},
                            {13s, "c"},
                            {13s + 9998ms, "a"},
                            {13s + 10s, "b"},
                            {32s + 998ms, "c"},
                            {42s + 996ms, "a"},
                            {42s + 998ms, "b"},
                            {52s + 996ms, "c"}}));
}

TEST_F(RecordedStepsOf, WithoutANumberThereIsNoEnd) {
  record({{10s, "a"}, {20s, "b"}});
  const Steps steps = take({}, 1001);
  ASSERT_EQ(steps.size(), 1001U);
  EXPECT_EQ(steps.back(), (std::pair<nanoseconds, std::string>{10'010s, "a"}));
}

TEST_F(RecordedStepsOf, ASingleTelegramComesEverySecond) {
  record({{0s, "a"}, {1ms, "b"}});
  EXPECT_EQ(take(2), (Steps{{0s, "a"}, {1ms, "b"}, {1s + 1ms, "a"}, {1s + 2ms, "b"}}));
}

TEST_F(RecordedStepsOf, ARecordingWithoutBytesHasAnEnd) {
  record({});
  EXPECT_EQ(take({}), Steps{});
  EXPECT_EQ(trouble_, "");
}

TEST_F(RecordedStepsOf, AFileThatIsCutEndsThere) {
  record({{0s, "a"}, {1s, "b"}});
  fs::resize_file(path(), fs::file_size(path()) - 1);
  EXPECT_EQ(take({}), (Steps{{0s, "a"}}));
  EXPECT_NE(trouble_.find("ends within a packet"), std::string::npos) << trouble_;
}

TEST_F(RecordedStepsOf, NoFile) {
  EXPECT_EQ(take(1), Steps{});
  EXPECT_NE(trouble_.find("No such file"), std::string::npos) << trouble_;
}

}  // namespace
}  // namespace p1rig::recorded_steps_test
