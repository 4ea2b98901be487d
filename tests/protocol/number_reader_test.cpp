#include "protocol/number_reader.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "protocol/form_match.h"
#include "tests/protocol/xorshift.h"

namespace p1rig::number_reader_test {
namespace {

using test::Xorshift;

constexpr std::string_view kAround = "0-1:24.2.1(101209112500W)(";

/// Every width and every place of the point, so that no two numbers share a plan.
std::vector<NumberReader::Place> all_places() {
  std::vector<NumberReader::Place> places;
  for (std::size_t width = 1; width <= NumberReader::kMaxDigits; ++width) {
    for (std::size_t decimals = 0; decimals < width && decimals <= NumberReader::kMaxDecimals;
         ++decimals) {
      places.push_back({nullptr, 0, width, decimals});
    }
  }
  return places;
}

void expect_all_numbers(std::size_t bytes_at_once) {
  Xorshift random(5);
  for (int round = 0; round < 200; ++round) {
    std::vector<NumberReader::Place> places = all_places();
    // Another number of them each time, and others behind the last.
    for (std::size_t n = random.below(places.size()); n > 0; --n) {
      places.erase(places.begin() + static_cast<std::ptrdiff_t>(random.below(places.size())));
    }
    std::vector<std::int64_t> found(places.size(), -1);
    std::vector<std::string> written;
    std::string text;
    NumberReader reader(bytes_at_once);
    for (std::size_t i = 0; i < places.size(); ++i) {
      NumberReader::Place& place = places[i];
      written.push_back(random.text(round == 0 ? "9" : "0123456789", place.width));
      std::string printed = written.back();
      if (place.decimals > 0) printed.insert(place.width - place.decimals, ".");
      text += std::string(kAround) + printed;
      place.end = text.size();
      place.digits = &found[i];
      reader.add(place);
    }
    // To its last byte, so that the address sanitizer sees a load that goes beyond.
    const auto bytes = std::make_unique<char[]>(text.size());
    text.copy(bytes.get(), text.size());
    reader.read(bytes.get());
    for (std::size_t i = 0; i < places.size(); ++i) {
      ASSERT_EQ(found[i], std::strtoll(written[i].c_str(), nullptr, 10))
          << places[i].width << " digits, " << places[i].decimals << " behind the point";
    }
  }
}

TEST(NumberReader, ReadsEightDigitsAtOnce) { expect_all_numbers(16); }

TEST(NumberReader, ReadsTwoNumbersAtOnce) {
  if (form_matchers().size() < 2) GTEST_SKIP() << "no AVX2 here";
  expect_all_numbers(32);
}

TEST(NumberReader, ReadsFourNumbersAtOnce) {
  if (form_matchers().size() < 3) GTEST_SKIP() << "no AVX-512 here";
  expect_all_numbers(64);
}

}  // namespace
}  // namespace p1rig::number_reader_test
