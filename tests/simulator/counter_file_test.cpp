#include "simulator/seal/counter_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace p1rig::counter_file_test {
namespace {

class CounterFileTest : public ::testing::Test {
 protected:
  CounterFileTest() { std::filesystem::create_directories(folder_); }
  ~CounterFileTest() override { std::filesystem::remove_all(folder_); }

  CounterFile open(const std::string& key = "0000000A") {
    return std::move(CounterFile::open(path_, key).value());
  }
  std::string error_of_open() {
    const auto opened = CounterFile::open(path_, "0000000A");
    return opened ? "no error" : opened.error().message;
  }
  std::string content() {
    std::ifstream file(path_);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void write(const std::string& text) { std::ofstream(path_) << text; }

  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("p1rig-counter-" + std::to_string(::getpid()));
  std::filesystem::path path_ = folder_ / "counter";
};

std::uint32_t taken(CounterFile& counters) { return counters.take().value().value(); }

TEST_F(CounterFileTest, BeginsAtZeroAndStepsByOne) {
  CounterFile counters = open();
  for (std::uint32_t expected = 0; expected < 200; ++expected) EXPECT_EQ(taken(counters), expected);
}

TEST_F(CounterFileTest, ReservesABlockBeforeItGivesTheFirstOfIt) {
  CounterFile counters = open();
  EXPECT_FALSE(std::filesystem::exists(path_));
  taken(counters);
  EXPECT_EQ(content(), "p1rig frame counters\n0000000A 00000040\n");
  for (int i = 1; i < 64; ++i) taken(counters);
  EXPECT_EQ(content(), "p1rig frame counters\n0000000A 00000040\n");
  taken(counters);
  EXPECT_EQ(content(), "p1rig frame counters\n0000000A 00000080\n");
}

TEST_F(CounterFileTest, GivesBackWhatIsUnused) {
  {
    CounterFile counters = open();
    for (int i = 0; i < 70; ++i) taken(counters);
  }
  EXPECT_EQ(content(), "p1rig frame counters\n0000000A 00000046\n");
  CounterFile counters = open();
  EXPECT_EQ(taken(counters), 70U);
}

TEST_F(CounterFileTest, AfterACrashGoesOnBehindTheBlock) {
  CounterFile counters = open();
  taken(counters);
  const std::string as_crashed = content();
  { CounterFile done = std::move(counters); }
  write(as_crashed);
  CounterFile again = open();
  EXPECT_EQ(taken(again), 64U);
}

// LUX-P1 1.1.3 §3.2.5
TEST_F(CounterFileTest, ANewKeyBeginsAtZeroAndAnOldOneGoesOn) {
  {
    CounterFile first = open("0000000A");
    taken(first);
    taken(first);
  }
  {
    CounterFile other = open("0000000B");
    EXPECT_EQ(taken(other), 0U);
  }
  EXPECT_EQ(content(), "p1rig frame counters\n0000000A 00000002\n0000000B 00000001\n");
  CounterFile again = open("0000000A");
  EXPECT_EQ(taken(again), 2U);
}

// LUX-P1 1.1.3 §3.2.5: at FFFFFFFF the meter stops.
TEST_F(CounterFileTest, GivesNothingAtTheLast) {
  write("p1rig frame counters\n0000000A FFFFFFFD\n");
  CounterFile counters = open();
  EXPECT_EQ(taken(counters), 0xFFFFFFFDU);
  EXPECT_EQ(taken(counters), 0xFFFFFFFEU);
  EXPECT_EQ(counters.take().value(), std::nullopt);
  EXPECT_EQ(counters.take().value(), std::nullopt);
}

TEST_F(CounterFileTest, IsForOneProcess) {
  CounterFile counters = open();
  EXPECT_EQ(
      error_of_open(),
      path_.string() + ": another process is using this counter file; give each meter its own");
  EXPECT_FALSE(CounterFile::open(path_, "0000000A").error().unreachable);
}

TEST_F(CounterFileTest, TwoNamesAreOneFile) {
  write("p1rig frame counters\n0000000A 00000007\n");
  std::filesystem::create_symlink(path_, folder_ / "link");
  CounterFile counters = open();
  EXPECT_FALSE(CounterFile::open(folder_ / "link", "0000000A"));
}

TEST_F(CounterFileTest, RefusesWhatIsNoCounterFile) {
  const std::string foreign = path_.string() +
                              ":1: not a counter file: expected \"p1rig frame counters\"; "
                              "delete it to start at 0, or name another one";
  for (const char* text : {"", "something else\n", "p1rig frame counters 2\n"}) {
    write(text);
    EXPECT_EQ(error_of_open(), foreign);
    EXPECT_EQ(content(), text) << "left as it was";
  }
}

TEST_F(CounterFileTest, RefusesADamagedFile) {
  for (const char* line :
       {"0000000A 0000004", "0000000A 0000004x", "0000000A_00000040", "", "000000A 000000040"}) {
    write(std::string("p1rig frame counters\n0000000B 00000001\n") + line + "\n");
    EXPECT_EQ(error_of_open(), path_.string() +
                                   ":3: expected a key's check value and a counter, eight "
                                   "hexadecimal digits each; the file is damaged")
        << line;
  }
}

TEST_F(CounterFileTest, SaysWhereItCannotBeWritten) {
  const auto opened = CounterFile::open(folder_ / "missing" / "counter", "0000000A");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message,
            (folder_ / "missing" / "counter.lock").string() + ": No such file or directory");
  EXPECT_TRUE(opened.error().unreachable);
}

TEST_F(CounterFileTest, LeavesNoLockBehind) {
  const auto files = [&] {
    std::set<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator(folder_)) {
      names.insert(file.path().filename());
    }
    return names;
  };
  {
    CounterFile counters = open();
    EXPECT_EQ(files(), std::set<std::string>{"counter.lock"});
    taken(counters);
  }
  EXPECT_EQ(files(), std::set<std::string>{"counter"});
  write("something else\n");
  EXPECT_NE(error_of_open(), "no error");
  EXPECT_EQ(files(), std::set<std::string>{"counter"});
}

// Who waits at a lock file that its holder removes must not hold that one.
TEST_F(CounterFileTest, ALockThatWasRemovedLocksNothing) {
  std::optional<CounterFile> counters(open());
  const auto lock = folder_ / "counter.lock";
  std::filesystem::rename(lock, folder_ / "old");
  EXPECT_EQ(error_of_open(), "no error") << "another file has the name now";
  std::filesystem::rename(folder_ / "old", lock);
  EXPECT_NE(error_of_open(), "no error");
  counters.reset();
  EXPECT_EQ(error_of_open(), "no error");
}

TEST_F(CounterFileTest, ThoseWhoTakeTurnsGetNoCounterTwice) {
  constexpr int kEach = 100;
  std::vector<std::vector<std::uint32_t>> got(4);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : got) {
      threads.emplace_back([&] {
        while (mine.size() < kEach) {
          auto counters = CounterFile::open(path_, "0000000A");
          if (counters) mine.push_back(taken(*counters));
        }
      });
    }
  }
  std::set<std::uint32_t> all;
  for (const auto& mine : got) all.insert(mine.begin(), mine.end());
  EXPECT_EQ(all.size(), 4U * kEach);
}

TEST_F(CounterFileTest, LeavesOutWhatIsSkipped) {
  {
    CounterFile counters = open();
    taken(counters);
    counters.skip(10);
    EXPECT_EQ(taken(counters), 11U);
    EXPECT_EQ(content(), "p1rig frame counters\n0000000A 00000040\n");
    counters.skip(1000);
    EXPECT_EQ(taken(counters), 1012U);
    EXPECT_EQ(content(), "p1rig frame counters\n0000000A 00000434\n") << "1012 + 64";
  }
  CounterFile counters = open();
  EXPECT_EQ(taken(counters), 1013U);
  counters.skip(0xFFFFFFFF);
  EXPECT_EQ(counters.take().value(), std::nullopt);
}

TEST_F(CounterFileTest, GivesNothingThatItCouldNotReserve) {
  CounterFile counters = open();
  std::filesystem::remove_all(folder_);
  EXPECT_FALSE(counters.take());
  EXPECT_FALSE(counters.take());
}

}  // namespace
}  // namespace p1rig::counter_file_test
