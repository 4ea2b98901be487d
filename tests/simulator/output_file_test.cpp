#include "simulator/files/output_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "process/fd.h"
#include "protocol/hex.h"
#include "simulator/files/output_guard.h"

namespace p1rig::output_file_test {
namespace {

namespace fs = std::filesystem;

class OutputFileTest : public ::testing::Test {
 protected:
  OutputFileTest() { fs::create_directories(folder_); }
  ~OutputFileTest() override { fs::remove_all(folder_); }

  std::string content() const {
    std::ifstream file(path_);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void put(std::string_view text) const { std::ofstream(path_) << text; }

  fs::path folder_ = fs::temp_directory_path() / ("p1rig-output-" + std::to_string(::getpid()));
  fs::path path_ = folder_ / "output";
};

TEST_F(OutputFileTest, StaysAsItWasUntilSomethingIsWritten) {
  put("before");
  { EXPECT_TRUE(OutputFile::open(path_)); }
  EXPECT_EQ(content(), "before");
  auto file = OutputFile::open(path_);
  ASSERT_TRUE(file);
  EXPECT_TRUE(file->write("new"));
  EXPECT_TRUE(file->write(" text"));
  EXPECT_EQ(content(), "new text");
}

TEST_F(OutputFileTest, AnEmptyResultIsOneToo) {
  put("before");
  EXPECT_TRUE(OutputFile::open(path_)->begin());
  EXPECT_EQ(content(), "");
}

TEST_F(OutputFileTest, WhatWasNotThereGoesAwayAgainUnlessItIsBegun) {
  { EXPECT_TRUE(OutputFile::open(path_)); }
  EXPECT_FALSE(fs::exists(path_));
  fs::create_symlink("target", path_);
  { EXPECT_TRUE(OutputFile::open(path_)); }
  EXPECT_TRUE(fs::is_symlink(path_));
  EXPECT_FALSE(fs::exists(folder_ / "target"));
  EXPECT_TRUE(OutputFile::open(path_)->begin());
  EXPECT_TRUE(fs::exists(folder_ / "target"));
}

TEST_F(OutputFileTest, KeepsItsBeginningAndCuts) {
  put("abcdef");
  auto file = OutputFile::open(path_);
  ASSERT_TRUE(file && file->begin(4));
  EXPECT_TRUE(file->write("xyz"));
  EXPECT_EQ(content(), "abcdxyz");
  file->cut(5);
  EXPECT_TRUE(file->write("!"));
  EXPECT_EQ(content(), "abcdx!");
}

TEST_F(OutputFileTest, Appends) {
  put("before");
  EXPECT_TRUE(OutputFile::open(path_, OutputFile::How::kAppend)->write(", after"));
  EXPECT_EQ(content(), "before, after");
}

TEST_F(OutputFileTest, WhatADescriptorStandsForIsWrittenBehindWhatIsInIt) {
  put("before");
  const Fd shared(::open(path_.c_str(), O_WRONLY | O_CLOEXEC));
  ASSERT_EQ(::write(shared.get(), "BEF", 3), 3);
  const std::string number = std::to_string(shared.get());
  fs::create_symlink("/dev/fd/" + number, folder_ / "link");
  for (const std::string& name :
       {"/dev/fd/" + number, "/proc/self/fd/" + number, (folder_ / "link").string()}) {
    auto file = OutputFile::open(name);
    ASSERT_TRUE(file) << name;
    EXPECT_TRUE(file->write("x"));
  }
  EXPECT_EQ(content(), "BEFxxx");
  const Fd unread(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_FALSE(OutputFile::open("/dev/fd/" + std::to_string(unread.get())));
  EXPECT_FALSE(OutputFile::open("/dev/fd/9999"));
}

TEST_F(OutputFileTest, ADashIsTheStandardOutputButNoFileElsewhere) {
  EXPECT_EQ(descriptor_of("-"), STDOUT_FILENO);
  EXPECT_EQ(descriptor_of("./-"), std::nullopt);
  EXPECT_EQ(descriptor_of("/dev/stderr"), STDERR_FILENO);
  EXPECT_EQ(descriptor_of("/dev/null"), std::nullopt);
  EXPECT_EQ(descriptor_of("/dev/fd/x"), std::nullopt);
}

TEST(TelegramsKind, TakesWholeTelegrams) {
  for (const std::string_view text : {"/ISK5\\2M550T-1012\r\n\r\n1-3:0.2.8(50)\r\n!ABCD\r\n",
                                      "/KMP5 x\n\n0-0:96.1.1(41)\n(00124.477)\n!",
                                      "/ABC5x\r\n\r\nodd\r\n1-0:1.8.0(1)\r\n\r\n!\r\n"}) {
    EXPECT_TRUE(kTelegramsKind.is_one(text)) << text;
  }
  for (const std::string_view text :
       {"/ABC/of/mine\n/DEF/too\n", "/home/me\n\n/home/you\n!important\n",
        "/ABC5x\n\n1-0:1.8.0(1)\n", "/ABC5x\n\n!\n1-0:1.8.0(1)\n", "/ABC\n\n1-0:1.8.0(1)\n!\n",
        "/ABC5x\n1-0:1.8.0(1)\n!\n", "/ABC5x\n\n1-0.1.8.0(1)\n-0:1\n1-:1\n!\n",
        "x/ABC5x\n\n1-0:1.8.0(1)\n!\n", ""}) {
    EXPECT_FALSE(kTelegramsKind.is_one(text)) << text;
  }
}

TEST(TelegramsKind, TakesFramesWhoseLengthFits) {
  const std::string head = *parse_hex("DB085341470000112233") + '\x11' + *parse_hex("3000000001");
  const std::string frame = head + std::string(12, 'x');
  EXPECT_TRUE(kTelegramsKind.is_one(frame));
  EXPECT_TRUE(kTelegramsKind.is_one(frame + frame));
  EXPECT_FALSE(kTelegramsKind.is_one(std::string_view(frame).substr(0, frame.size() - 1)));
  EXPECT_FALSE(kTelegramsKind.is_one("\xDB\x08 is how my notes begin\n"));
}

}  // namespace
}  // namespace p1rig::output_file_test
