#include "conformance/judge/other_protocols.h"

#include <gtest/gtest.h>

#include <bit>
#include <filesystem>
#include <random>
#include <string>

#include "conformance/judge/line_mistakes.h"
#include "protocol/dlms_frame.h"
#include "simulator/line/uart_model.h"
#include "tests/conformance/telegrams.h"
#include "tests/protocol/xorshift.h"

// The frames are made here, from what each protocol's file says of them, with checksums of the
// test's own.

namespace p1rig::other_protocols_test {
namespace {

using test::Xorshift;

std::string seen(std::string_view bytes) {
  const auto found = find_other_protocol(bytes);
  return found ? std::string(found->protocol->id) : "";
}

std::string octets(std::initializer_list<int> values) {
  std::string bytes;
  for (const int value : values) bytes += static_cast<char>(value);
  return bytes;
}

/// CRC-16/X-25 bit by bit, the lower octet first.
std::string x25(std::string_view bytes) {
  unsigned crc = 0xFFFF;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0x8408U : 0U);
  }
  crc ^= 0xFFFFU;
  return octets({static_cast<int>(crc & 0xFF), static_cast<int>(crc >> 8)});
}

/// A frame from server 41 (two octets, as amsreader's samples have) to client 83.
std::string hdlc(const std::string& information) {
  const std::string addresses = octets({0x41, 0x08, 0x83, 0x13});
  const std::size_t length = 2 + addresses.size() + 2 + information.size() + 2;
  std::string frame =
      octets({0xA0 | static_cast<int>(length >> 8), static_cast<int>(length & 0xFF)}) + addresses;
  frame += x25(frame) + information;
  return "\x7E" + frame + x25(frame) + "\x7E";
}

std::string notification() {
  return octets({0xE6, 0xE7, 0x00, 0x0F, 0x40, 0, 0, 0, 0, 2, 1, 6}) + std::string(40, '\x11');
}

TEST(OtherProtocols, SeeDlmsInHdlcFrames) {
  const auto found = find_other_protocol(hdlc(notification()) + hdlc(notification()));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->protocol->id, "dlms-hdlc");
  EXPECT_EQ(found->sighting.frames, 2U);
  EXPECT_NE(found->sighting.why.find("a data notification"), std::string::npos);
  // One flag may stand for two.
  std::string shared = hdlc(notification());
  shared += hdlc(notification()).substr(1);
  EXPECT_EQ(find_other_protocol("\x01" + shared)->sighting.frames, 2U);
  EXPECT_EQ(find_other_protocol("\x01" + shared)->sighting.offset, 1U);
}

TEST(OtherProtocols, TakeAnLlcHeaderThatIsCut) {
  EXPECT_NE(seen(hdlc(octets({0xE6, 0xE7}))), "");
  EXPECT_NE(seen(hdlc(octets({0xE6, 0xE7, 0x00}))), "");
}

TEST(OtherProtocols, SeeThatDlmsInHdlcIsEncrypted) {
  const std::string sealed = octets({0xE6, 0xE7, 0x00, 0xDB, 0x08}) + "KAMtitle" +
                             octets({0x82, 0x01, 0x00, 0x30}) + std::string(200, '\x5A');
  const auto found = find_other_protocol(hdlc(sealed));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->protocol->id, "dlms-hdlc");
  EXPECT_NE(found->sighting.why.find("encrypted"), std::string::npos);
}

TEST(OtherProtocols, AreNamedBeforeTheFramesInsideThem) {
  std::string frame;
  begin_frame("KAMtitle", 1, 200, LengthForm::kCanonical, frame);
  const LineDiagnosis diagnosis =
      diagnose_bytes(hdlc(octets({0xE6, 0xE7, 0x00}) + frame) + hdlc(notification()));
  EXPECT_FALSE(diagnosis.all_well);
  ASSERT_EQ(diagnosis.mistakes.size(), 1U);
  EXPECT_EQ(diagnosis.mistakes[0].id, "dlms-hdlc");
  EXPECT_EQ(diagnosis.mistakes[0].likelihood, Likelihood::kCertain);
}

TEST(OtherProtocols, TakeNoHdlcFrameWithAWrongCheck) {
  const std::string frame = hdlc(notification());
  for (std::size_t at = 0; at < frame.size(); ++at) {
    std::string damaged = frame;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    EXPECT_EQ(seen(damaged), "") << at;
    EXPECT_EQ(seen(frame.substr(0, at)), "") << at;
  }
}

/// The printed one (e-MUCS H 1.3 §4.2.5).
std::string s1_frame() {
  return octets({0x7E, 0x80, 0x2B, 0xFF, 0x03}) + std::string(14, '\0') +
         octets({0x0A, 0x34, 0xC3, 0xBB, 0x0F, 0x0B, 0x15, 0x00, 0x05, 0xFA}) +
         std::string(13, '\0') + octets({0xC5, 0xB2, 0x7E});
}

TEST(OtherProtocols, SeeTheBelgianS1) {
  ASSERT_EQ(s1_frame().size(), 45U);
  EXPECT_EQ(seen(s1_frame()), "belgian-s1");
  EXPECT_EQ(find_other_protocol(s1_frame() + s1_frame())->sighting.frames, 2U);
  std::string damaged = s1_frame();
  damaged[20] = '\x01';
  EXPECT_EQ(seen(damaged), "");
}

std::string sml(std::string_view messages) {
  std::string file = "\x1B\x1B\x1B\x1B\x01\x01\x01\x01" + std::string(messages);
  const std::size_t filled = (4 - file.size() % 4) % 4;
  file += std::string(filled, '\0') + "\x1B\x1B\x1B\x1B\x1A" + static_cast<char>(filled);
  return file + x25(file);
}

TEST(OtherProtocols, SeeSml) {
  const std::string message = sml("\x76\x05\x01\x02\x03\x04\x62\x00\x62\x00");
  const auto found = find_other_protocol(message + message);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->protocol->id, "sml");
  EXPECT_NE(found->sighting.why.find("2 beginnings"), std::string::npos);
  EXPECT_NE(found->sighting.why.find("2 complete with a correct CRC"), std::string::npos);
  // Its beginning is eight octets long, and enough.
  std::string damaged = message;
  damaged[12] = '\x55';
  EXPECT_EQ(seen(damaged), "sml");
  EXPECT_NE(find_other_protocol(damaged)->sighting.why.find("0 complete"), std::string::npos);
}

std::string mbus(std::string_view contents) {
  const auto size = static_cast<int>(contents.size());
  int sum = 0;
  for (const char c : contents) sum += static_cast<unsigned char>(c);
  return octets({0x68, size, size, 0x68}) + std::string(contents) + octets({sum & 0xFF, 0x16});
}

TEST(OtherProtocols, SeeTheWiredMbus) {
  const std::string frame = mbus(octets({0x08, 0x01, 0x72, 0x12, 0x34, 0x56, 0x78, 0xFF, 0x80}));
  EXPECT_EQ(seen(frame), "wired-mbus");
  for (std::size_t at = 0; at < frame.size(); ++at) {
    std::string damaged = frame;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x04);
    EXPECT_EQ(seen(damaged), "") << at;
  }
  const auto dlms = find_other_protocol(
      mbus(octets({0x53, 0xFF, 0x00, 0x01, 0x67, 0xDB, 0x08}) + std::string(100, '\x33')));
  ASSERT_TRUE(dlms);
  EXPECT_NE(dlms->sighting.why.find("DLMS is inside"), std::string::npos);
}

std::string block(std::string_view text) {
  const std::string checked = std::string(text) + "\x03";
  char bcc = 0;
  for (const char c : checked) bcc = static_cast<char>(bcc ^ c);
  return "\x02" + checked + bcc;
}

TEST(OtherProtocols, SeeBlocksOfIec62056) {
  const std::string readout =
      "/LGZ5ZMD1202407.B14\r\n" + block("F.F(00000000)\r\n1.8.0(000123.45*kWh)\r\n!\r\n");
  EXPECT_EQ(seen(readout), "iec-62056-21");
  std::string damaged = readout;
  damaged[30] = '1';
  EXPECT_EQ(seen(damaged), "");
  const std::string answer = block("1.8.0(000123.45*kWh)");
  EXPECT_EQ(seen(answer), "") << "one short block may be chance";
  EXPECT_EQ(seen(answer + answer + answer), "iec-62056-21");
}

TEST(OtherProtocols, AreNamedBehindParityToo) {
  std::string bytes =
      "/LGZ5ZMD1202407.B14\r\n" + block("F.F(00000000)\r\n1.8.0(000123.45*kWh)\r\n!\r\n");
  for (char& c : bytes) {
    const bool odd = std::popcount(static_cast<unsigned char>(c)) % 2 == 1;
    if (odd) c = static_cast<char>(static_cast<unsigned char>(c) | 0x80U);
  }
  const LineDiagnosis diagnosis = diagnose_bytes(bytes);
  ASSERT_EQ(diagnosis.mistakes.size(), 2U);
  EXPECT_EQ(diagnosis.mistakes[0].id, "parity-in-bit-7");
  EXPECT_EQ(diagnosis.mistakes[1].id, "iec-62056-21");
}

std::string c1218(std::string_view data) {
  const auto size = static_cast<int>(data.size());
  const std::string packet =
      octets({0xEE, 0x00, 0x20, 0x00, size >> 8, size & 0xFF}) + std::string(data);
  return packet + x25(packet);
}

TEST(OtherProtocols, SeePacketsOfC1218) {
  const std::string packet = c1218(octets({0x00, 0x00, 0x04, 0x12, 0x34, 0x56, 0x78, 0x9A}));
  EXPECT_EQ(seen("\x06" + packet), "ansi-c12.18");
  EXPECT_EQ(seen(packet.substr(0, packet.size() - 1) + "\x01"), "");
  EXPECT_EQ(seen(packet + std::string(100, 'x')), "") << "most bytes must be of such packets";
}

std::string random_bytes(std::size_t size, std::uint64_t seed) {
  Xorshift random(seed);
  std::string bytes;
  while (bytes.size() < size) bytes += static_cast<char>(random.below(256));
  return bytes;
}

TEST(OtherProtocols, SeeABodyUnderSealBehindAPlainHeader) {
  const std::string header = "/EGM5G15\r\n\r\n";
  EXPECT_EQ(seen(header + random_bytes(500, 3)), "sealed-otherwise");
  EXPECT_EQ(seen("junk" + header + random_bytes(500, 4)), "sealed-otherwise");
  EXPECT_EQ(seen(header + random_bytes(100, 3)), "") << "too little to tell";
  EXPECT_EQ(seen(header + std::string(500, '\xFF')), "");
  std::string few;
  while (few.size() < 500)
    few +=
        "\x80\x01\x90"
        "A1\xA5";
  EXPECT_EQ(seen(header + few), "") << "a cipher has all values";
  EXPECT_EQ(seen(random_bytes(500, 3)), "");
}

// Nothing that a P1 line gives, however it is read, may be taken for another protocol.

TEST(OtherProtocols, SeeNoneInRandomBytes) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    ASSERT_EQ(seen(random_bytes(4096, seed)), "") << seed;
  }
}

/// Random bytes in which all that means something to one of them is frequent.
TEST(OtherProtocols, SeeNoneInRandomBytesOfTheirOwn) {
  constexpr std::string_view kTheirs("\x7E\xA0\x68\x16\x1B\x01\x1A\x02\x03\xEE\x00\x10/!()\r\n",
                                     18);
  Xorshift random(11);
  for (int round = 0; round < 300; ++round) {
    std::string bytes;
    while (bytes.size() < 2000) {
      bytes += random.below(2) == 0 ? kTheirs[random.below(kTheirs.size())]
                                    : static_cast<char>(random.below(256));
    }
    ASSERT_EQ(seen(bytes), "") << "in round " << round;
  }
}

std::vector<std::string> captures() {
  std::vector<std::string> all;
  for (const auto& file :
       std::filesystem::directory_iterator(P1RIG_SOURCE_DIR "/captures/printed")) {
    if (file.path().extension() != ".toml") all.push_back(test::read_file(file.path()));
  }
  return all;
}

TEST(OtherProtocols, SeeNoneInCaptures) {
  EXPECT_GT(captures().size(), 10U);
  for (const std::string& capture : captures()) EXPECT_EQ(seen(capture), "") << capture;
}

TEST(OtherProtocols, SeeNoneInSealedFrames) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    std::string frame;
    const std::size_t head =
        begin_frame("SAG\x01\x02\x03\x04\x05", 1, 1500, LengthForm::kCanonical, frame);
    frame.replace(head, frame.size() - head, random_bytes(frame.size() - head, seed));
    ASSERT_EQ(seen(frame), "") << seed;
    ASSERT_EQ(seen("/Lux5\\253694471_M\r\n\r\n" + frame), "") << "a plain header before it";
  }
}

TEST(OtherProtocols, SeeNoneInWhatAReaderGetsThatIsSetWrongly) {
  constexpr LineSettings kOld{.baud = 9600, .data_bits = 7, .parity = 'E', .stop_bits = 1};
  const std::string telegram =
      test::read_file(P1RIG_SOURCE_DIR "/captures/printed/dsmr-5.0.2.recomputed-crc.txt");
  for (const LineSettings& meter : {LineSettings{}, kOld}) {
    for (const int baud : {2400, 9600, 19200, 57600, 115200, 230400}) {
      for (const bool seven : {false, true}) {
        for (const bool inverted : {false, true}) {
          LineSettings reader{.baud = baud};
          if (seven) reader = {.baud = baud, .data_bits = 7, .parity = 'E', .stop_bits = 1};
          const UartPath path{.inverted = inverted, .bit_error_rate = 0.0005};
          ASSERT_EQ(seen(values_of(receive_uart(telegram, meter, reader, path))), "")
              << meter.baud << " as " << baud << (seven ? " 7E1" : " 8N1")
              << (inverted ? " inverted" : "");
        }
      }
    }
  }
}

TEST(OtherProtocols, TakeAnyCutOfTheirOwn) {
  for (const std::string& whole :
       {hdlc(notification()), s1_frame(), sml("\x76\x05"), mbus("\x08\x01\x72"),
        block("1.8.0(1)\r\n!\r\n"), c1218("12"), "/EGM5G15\r\n\r\n" + random_bytes(600, 9)}) {
    EXPECT_TRUE(find_other_protocol(whole));
    for (std::size_t size = 0; size <= whole.size(); ++size) {
      find_other_protocol(std::string_view(whole).substr(0, size));
      find_other_protocol(std::string_view(whole).substr(whole.size() - size));
    }
  }
}

}  // namespace
}  // namespace p1rig::other_protocols_test
