#include "conformance/run/temporary_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace p1rig::temporary_folder_test {
namespace {

namespace fs = std::filesystem;

/// Everything of a test is made in a place of its own, by $TMPDIR.
class TemporaryFolders : public testing::Test {
 protected:
  TemporaryFolders() {
    std::string name = (fs::temp_directory_path() / "p1rig-test-XXXXXX").string();
    place_ = ::mkdtemp(name.data());
    ::setenv("TMPDIR", place_.c_str(), 1);
  }
  ~TemporaryFolders() override {
    ::unsetenv("TMPDIR");
    fs::remove_all(place_);
  }

  std::size_t folders() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(place_), fs::directory_iterator()));
  }

  fs::path place_;
};

void write_key(const fs::path& folder) { std::ofstream(folder / "key") << "00112233\n"; }

/// Another process that has made a folder with a key in it.
class Owner {
 public:
  Owner() {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      const auto folder = TemporaryFolder::make();
      if (!folder) ::_exit(1);
      write_key(folder->path());
      const std::string& path = folder->path();
      if (::write(ends[1], path.data(), path.size()) < 0) ::_exit(1);
      for (;;) ::pause();
    }
    ::close(ends[1]);
    char path[4096];
    const ssize_t size = ::read(ends[0], path, sizeof path);
    ::close(ends[0]);
    path_ = std::string(path, static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  }
  ~Owner() { kill(); }

  const fs::path& path() const { return path_; }

  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

 private:
  pid_t pid_ = -1;
  fs::path path_;
};

TEST_F(TemporaryFolders, AreForNobodyElseAndGoAway) {
  {
    const auto folder = TemporaryFolder::make();
    ASSERT_TRUE(folder);
    write_key(folder->path());
    struct stat status {};
    ASSERT_EQ(::stat(folder->path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700U);
    EXPECT_EQ(folders(), 1U);
  }
  EXPECT_EQ(folders(), 0U);
}

TEST_F(TemporaryFolders, OfAProcessThatWasKilledAreCleared) {
  Owner killed;
  Owner alive;
  killed.kill();
  ASSERT_TRUE(fs::exists(killed.path() / "key"));
  TemporaryFolder::clear_abandoned(place_);
  EXPECT_FALSE(fs::exists(killed.path()));
  EXPECT_TRUE(fs::exists(alive.path() / "key"));
}

TEST_F(TemporaryFolders, OfThisProcessAreNotAbandoned) {
  const auto folder = TemporaryFolder::make();
  ASSERT_TRUE(folder);
  TemporaryFolder::clear_abandoned(place_);
  EXPECT_TRUE(fs::exists(folder->path()));
}

TEST_F(TemporaryFolders, WhatIsNotOursStays) {
  const auto make = [&](const char* name, mode_t mode) {
    const fs::path path = place_ / name;
    fs::create_directory(path);
    ::chmod(path.c_str(), mode);
    write_key(path);
    return path;
  };
  const fs::path others[] = {make("p1rig-abcdefgh", 0700),     // another name
                             make("p1rig-run-unlock", 0700),   // without a lock
                             make("p1rig-run-opened", 0755)};  // others may look into it
  std::ofstream(others[2] / ".lock");
  const fs::path elsewhere = make("elsewhere", 0700);
  std::ofstream(elsewhere / ".lock");
  fs::create_directory_symlink(elsewhere, place_ / "p1rig-run-linked");
  std::ofstream(place_ / "p1rig-run-afile");
  TemporaryFolder::clear_abandoned(place_);
  EXPECT_EQ(folders(), 6U);
  for (const fs::path& path : others) EXPECT_TRUE(fs::exists(path / "key")) << path;
  EXPECT_TRUE(fs::exists(elsewhere / "key"));
}

TEST_F(TemporaryFolders, OneWhoseOwnerNeverLockedItIsClearedIfEmpty) {
  const fs::path path = place_ / "p1rig-run-killed";
  fs::create_directory(path);
  ::chmod(path.c_str(), 0700);
  TemporaryFolder::clear_abandoned(place_);
  EXPECT_EQ(folders(), 0U);
}

TEST_F(TemporaryFolders, AParentThatIsNotThereIsNamed) {
  ::setenv("TMPDIR", "/no/such/place", 1);
  const auto folder = TemporaryFolder::make();
  ASSERT_FALSE(folder);
  EXPECT_NE(folder.error().message.find("/no/such/place: cannot create a directory in it"),
            std::string::npos);
  TemporaryFolder::clear_abandoned("/no/such/place");
}

}  // namespace
}  // namespace p1rig::temporary_folder_test
