#include "protocol/form_match.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

#include "tests/protocol/xorshift.h"

// All ways of comparing bytes with a form against the definition, up to the last byte before a page
// that nobody may read.

namespace p1rig::form_match_test {
namespace {

using test::Xorshift;

/// Two pages with one that cannot be read after them.
class Shore {
 public:
  Shore() : page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))) {
    void* const all =
        mmap(nullptr, 3 * page_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED) std::abort();
    begin_ = static_cast<char*>(all);
    if (mprotect(end(), page_, PROT_NONE) != 0) std::abort();
  }
  Shore(const Shore&) = delete;
  Shore& operator=(const Shore&) = delete;
  ~Shore() { munmap(begin_, 3 * page_); }
  char* end() const { return begin_ + 2 * page_; }

 private:
  std::size_t page_;
  char* begin_ = nullptr;
};

struct Sizes {
  std::vector<std::size_t> all;
  Sizes() {
    for (std::size_t size = ByteForm::kMinSize; size < 340; ++size) all.push_back(size);
  }
};

TEST(FormMatch, EveryWayFindsEachByteThatIsOutOfRange) {
  const Shore bytes;
  const Shore copies;
  Xorshift random(1);
  for (CopyIfOfForm* const matches : form_matchers()) {
    for (const std::size_t size : Sizes().all) {
      std::vector<unsigned char> lowest(size);
      std::vector<unsigned char> range(size);
      char* const text = bytes.end() - size;
      char* const copy = copies.end() - size;
      for (std::size_t i = 0; i < size; ++i) {
        lowest[i] = static_cast<unsigned char>(random.below(256));
        range[i] = static_cast<unsigned char>(random.below(256U - lowest[i]));
        text[i] = static_cast<char>(lowest[i] + random.below(range[i] + 1U));
      }
      const ByteForm form{lowest.data(), range.data(), size};
      std::memset(copy, 0, size);
      ASSERT_TRUE(matches(text, form, copy)) << size;
      ASSERT_EQ(std::string(copy, size), std::string(text, size));
      for (std::size_t i = 0; i < size; ++i) {
        const char right = text[i];
        if (lowest[i] > 0) {
          text[i] = static_cast<char>(lowest[i] - 1);
          ASSERT_FALSE(matches(text, form, copy)) << "byte " << i << " of " << size;
        }
        if (lowest[i] + range[i] < 255) {
          text[i] = static_cast<char>(lowest[i] + range[i] + 1);
          ASSERT_FALSE(matches(text, form, copy)) << "byte " << i << " of " << size;
        }
        text[i] = right;
      }
    }
  }
}

TEST(FormMatch, GoesTheWayOfTheCrc) {
  const std::vector<unsigned char> lowest(ByteForm::kMinSize, '0');
  const std::vector<unsigned char> range(ByteForm::kMinSize, 9);
  const ByteForm form{lowest.data(), range.data(), ByteForm::kMinSize};
  std::string copy(ByteForm::kMinSize, ' ');
  EXPECT_TRUE(copy_if_of_form(std::string(ByteForm::kMinSize, '7').data(), form, copy.data()));
  EXPECT_EQ(copy, std::string(ByteForm::kMinSize, '7'));
  EXPECT_FALSE(copy_if_of_form(std::string(ByteForm::kMinSize, ':').data(), form, copy.data()));
}

}  // namespace
}  // namespace p1rig::form_match_test
