#include "conformance/run/telegram_edit.h"

#include <gtest/gtest.h>

// The CRC is computed bit by bit, by another way than the program's.

namespace p1rig::telegram_edit_test {
namespace {

std::string crc_of(const std::string& covered) {
  unsigned crc = 0;
  for (const char c : covered) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1U) != 0 ? crc >> 1U ^ 0xA001U : crc >> 1U;
  }
  constexpr const char* kDigits = "0123456789ABCDEF";
  std::string text;
  for (const unsigned shift : {12U, 8U, 4U, 0U}) text += kDigits[crc >> shift & 15U];
  return text;
}

std::string with_crc(const std::string& body) { return body + crc_of(body) + "\r\n"; }

const std::string kHead = "/ISK5\\2M550T-1012\r\n\r\n";
const std::string kPower = "1-0:1.7.0(01.193*kW)\r\n";
const std::string kGas = "0-2:24.1.0(003)\r\n0-2:24.2.1(260112110000W)(00012.345*m3)\r\n";

/// The Truth of kPower and kGas.
ContractTelegram meaning() {
  const ContractLine line = parse_contract_line(
      R"({"telegram": {"1-0:1.7.0": "1.193 kW", "0-2:24.1.0": "003", "1-0:1.8.1": "1.000 kWh",
          "0-2:24.2.1": {"at": "2026-01-12T11:00:00+01:00", "value": "12.345 m3"}},
          "mbus": [{"channel": 2, "medium": "gas", "value": "12.345 m3"}],
          "import": {"normal": "1.000 kWh"}})");
  return std::get<ContractTelegram>(line);
}

class TelegramEditTest : public testing::Test {
 protected:
  /// The text after the step, or the message of the error.
  std::string edit(const CaseStep& step) {
    meant_ = meaning();
    TelegramEditor editor(with_crc(kHead + kPower + kGas + "!"), meant_);
    const auto done = editor.apply(step);
    uncertain_ = editor.uncertain();
    return done ? editor.take_text() : done.error().message;
  }

  ContractTelegram meant_;
  std::vector<Obis> uncertain_;
};

TEST_F(TelegramEditTest, NothingAsked) {
  EXPECT_EQ(edit({}), with_crc(kHead + kPower + kGas + "!"));
  EXPECT_EQ(to_json(meant_), to_json(meaning()));
  EXPECT_TRUE(uncertain_.empty());
}

TEST_F(TelegramEditTest, Identification) {
  EXPECT_EQ(edit({.id = "A", .identification = "HLY5/D545-METER"}),
            with_crc("/HLY5/D545-METER\r\n\r\n" + kPower + kGas + "!"));
}

TEST_F(TelegramEditTest, Replace) {
  EXPECT_EQ(edit({.id = "A", .replace = {{"1-0:1.7.0", "(1193*W)"}}}),
            with_crc(kHead + "1-0:1.7.0(1193*W)\r\n" + kGas + "!"));
  constexpr Obis kCode{1, 0, 1, 7, 0};
  EXPECT_EQ(meant_.values.count(kCode), 0U) << "the Truth of it holds no longer";
  EXPECT_EQ(uncertain_, std::vector<Obis>{kCode});
  EXPECT_TRUE(meant_.mbus.has_value());
}

TEST_F(TelegramEditTest, ReplaceOnTheFirstChannelWithAReading) {
  EXPECT_EQ(
      edit({.id = "A", .replace = {{"0-n:24.2.1", "(632525252525S)(00000.000)"}}}),
      with_crc(kHead + kPower + "0-2:24.1.0(003)\r\n0-2:24.2.1(632525252525S)(00000.000)\r\n!"));
  EXPECT_FALSE(meant_.mbus.has_value()) << "what the devices are is no longer known";
}

TEST_F(TelegramEditTest, RemoveAndAdd) {
  EXPECT_EQ(
      edit({.id = "A", .remove = {"1-0:1.7.0"}, .add = {"1-0:199.1.0(1)", "0-n:24.4.0(1)", ""}}),
      with_crc(kHead + kGas + "1-0:199.1.0(1)\r\n0-2:24.4.0(1)\r\n\r\n!"));
  EXPECT_EQ(uncertain_.size(), 2U);
}

TEST_F(TelegramEditTest, RemovedRegisterTakesItsTariff) {
  meant_ = meaning();
  TelegramEditor editor(with_crc(kHead + "1-0:1.8.1(000001.000*kWh)\r\n!"), meant_);
  ASSERT_TRUE(editor.apply({.id = "A", .remove = {"1-0:1.8.1"}}));
  EXPECT_FALSE(meant_.import.normal.has_value());
}

TEST_F(TelegramEditTest, LineThatAnotherContinues) {
  meant_ = meaning();
  TelegramEditor editor(
      "/ISk5\\2\r\n\r\n0-2:24.3.0(090212160000)(m3)\r\n(00000.000)\r\n0-2:24.4.0(1)\r\n!\r\n",
      meant_);
  ASSERT_TRUE(editor.apply({.id = "A", .replace = {{"0-2:24.3.0", "(x)"}}}));
  EXPECT_EQ(editor.take_text(), "/ISk5\\2\r\n\r\n0-2:24.3.0(x)\r\n0-2:24.4.0(1)\r\n!\r\n")
      << "and no CRC where there was none";
}

TEST_F(TelegramEditTest, ObjectThatIsNotThere) {
  EXPECT_EQ(edit({.id = "A", .replace = {{"1-0:2.7.0", "(1)"}}}),
            "this meter sends no object 1-0:2.7.0");
  EXPECT_EQ(edit({.id = "A", .remove = {"1-0:1.7"}}), "\"1-0:1.7\" is not an OBIS code");
  ContractTelegram none;
  TelegramEditor editor(with_crc(kHead + kPower + "!"), none);
  const auto done = editor.apply({.id = "A", .remove = {"0-n:24.1.0"}});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "this meter has no reading on its M-Bus");
}

TEST_F(TelegramEditTest, TheDigitsOfItsCrc) {
  const std::string crc = crc_of(kHead + kPower + "!");
  EXPECT_EQ(crc_in(with_crc(kHead + kPower + "!")), crc);
  EXPECT_EQ(crc_in("/ISk5\\2\r\n\r\n!\r\n"), "") << "none is sent";
}

}  // namespace
}  // namespace p1rig::telegram_edit_test
