#include "simulator/line/recording.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include "simulator/line/fake_line.h"
#include "simulator/line/recording_line.h"
#include "simulator/line/recording_note.h"

namespace p1rig::recording_test {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr MeterTime kNoon{std::chrono::sys_days{std::chrono::year{2026} / 5 / 4} + 12h};

class Recording : public ::testing::Test {
 protected:
  Recording() {
    std::string name = (fs::temp_directory_path() / "p1rig-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    path_ = (folder_ / "line.pcap").string();
  }
  ~Recording() override { fs::remove_all(folder_); }

  std::vector<RecordedEvent> read() {
    std::vector<RecordedEvent> events;
    error_.clear();
    auto reader = RecordingReader::open(path_);
    if (!reader) error_ = reader.error().message;
    while (reader) {
      auto event = reader->next();
      if (!event) error_ = event.error().message;
      if (!event || !*event) break;
      events.push_back(std::move(**event));
    }
    return events;
  }

  std::string bytes() {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void replace(const std::string& bytes) { std::ofstream(path_, std::ios::binary) << bytes; }

  fs::path folder_;
  std::string path_;
  std::string error_;
};

const RecordedEvent kRequest{.time = kNoon, .leads = kLeadRts};
const RecordedEvent kData{.time = kNoon + 123456789ns,
                          .type = SerialEvent::kDataReceived,
                          .leads = kLeadRts,
                          .bytes = std::string("/\0\xff", 3)};

TEST_F(Recording, ReadsWhatWasWritten) {
  {
    auto writer = RecordingWriter::create(path_);
    ASSERT_TRUE(writer);
    writer->write(kRequest);
    writer->write(kData);
    EXPECT_TRUE(writer->good());
  }
  EXPECT_EQ(read(), (std::vector{kRequest, kData}));
  EXPECT_TRUE(error_.empty()) << error_;
  EXPECT_TRUE(is_capture_file(path_));
}

// The file, octet by octet: pcap header with nanoseconds (A1B23C4D) and link type 250, then one
// packet of 12 + 3 octets. 2026-05-04 12:00 UTC is 1777896000 = 69F88A40 hex.
TEST_F(Recording, HasTheFormatThatTcpdumpOrgDescribes) {
  RecordingWriter::create(path_)->write(kData);
  const std::string file = bytes();
  ASSERT_EQ(file.size(), 24U + 16U + 15U);
  EXPECT_EQ(file.substr(0, 4), "\x4d\x3c\xb2\xa1");
  EXPECT_EQ(file.substr(20, 4), std::string("\xfa\0\0\0", 4));
  EXPECT_EQ(file.substr(40), std::string("\x69\xf8\x8a\x40"
                                         "\x00\x01\xe2\x40"
                                         "\x02\x08\0\0/\0\xff",
                                         15));
}

TEST_F(Recording, ATruncatedFileGivesWhatItHasAndSaysSo) {
  {
    auto writer = RecordingWriter::create(path_);
    writer->write(kRequest);
    writer->write(kData);
  }
  const std::string whole = bytes();
  replace(whole.substr(0, whole.size() - 2));
  EXPECT_EQ(read(), std::vector{kRequest});
  EXPECT_EQ(error_, path_ + ": ends within a packet, after 1 event");
}

TEST_F(Recording, AForeignCaptureIsNamed) {
  // The header of an empty capture of Ethernet (link type 1).
  replace(std::string("\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\xff\xff\0\0\x01\0\0\0", 24));
  EXPECT_TRUE(read().empty());
  EXPECT_EQ(error_,
            path_ + ": is a capture of EN10MB, expected one of a serial line (RTAC_SERIAL, 250)");
  replace("/ISk5\\2MT382-1000");
  EXPECT_FALSE(is_capture_file(path_));
  EXPECT_TRUE(read().empty());
  EXPECT_TRUE(error_.starts_with(path_ + ": is not a recording (pcap): ")) << error_;
  replace("");
  EXPECT_TRUE(read().empty());
  EXPECT_EQ(error_, path_ + ": is empty, expected a recording (pcap)");
}

TEST_F(Recording, APacketThatIsTooShortIsAnError) {
  RecordingWriter::create(path_)->write(kRequest);
  std::string file = bytes();
  file[32] = file[36] = 11;  // the two lengths
  file.pop_back();
  replace(file);
  EXPECT_TRUE(read().empty());
  EXPECT_EQ(error_, path_ + ": a packet has 11 octets, expected at least 12, after 0 events");
}

// 2 GB in one packet: no memory is asked for.
TEST_F(Recording, AHugeLengthIsAnError) {
  RecordingWriter::create(path_)->write(kRequest);
  std::string file = bytes();
  file.replace(32, 8, std::string("\xff\xff\xff\x7f\xff\xff\xff\x7f", 8));
  replace(file);
  EXPECT_TRUE(read().empty());
  EXPECT_TRUE(error_.ends_with(", after 0 events")) << error_;
  EXPECT_NE(error_.find("2147483647"), std::string::npos) << error_;
}

// A section header, an interface of link type 250 with nanoseconds (if_tsresol 9), and one enhanced
// packet of 12 + 1 octets at 2 s, as Wireshark saves it.
TEST_F(Recording, PcapngIsTakenToo) {
  const auto words = [](std::initializer_list<std::uint32_t> values) {
    std::string text;
    for (const std::uint32_t value : values) {
      for (int shift = 0; shift < 32; shift += 8) text += static_cast<char>(value >> shift & 0xFF);
    }
    return text;
  };
  replace(words({0x0A0D0D0A, 28, 0x1A2B3C4D, 0x00000001, 0xFFFFFFFF, 0xFFFFFFFF, 28}) +
          words({1, 32, 250, 65535, 0x00010009, 9, 0, 32}) +
          words({6, 48, 0, 0, 2'000'000'000, 13, 13, 2, 0, 0x0802, 'x', 48}));
  const std::vector<RecordedEvent> expected{
      {.time = MeterTime(2s), .type = SerialEvent::kDataReceived, .leads = kLeadRts, .bytes = "x"}};
  EXPECT_TRUE(is_capture_file(path_));
  EXPECT_EQ(read(), expected);
  EXPECT_EQ(error_, "");
}

TEST_F(Recording, LongDataTakesSeveralPackets) {
  RecordedEvent event = kData;
  event.bytes.assign(70'000, 'x');
  RecordingWriter::create(path_)->write(event);
  std::string joined;
  for (const RecordedEvent& part : read()) joined += part.bytes;
  EXPECT_EQ(joined, event.bytes);
}

TEST_F(Recording, TheNoteStandsBeside) {
  EXPECT_EQ(note_path("a.b/line.pcap"), "a.b/line.toml");
  EXPECT_EQ(note_path("a.b/line"), "a.b/line.toml");
  EXPECT_EQ(note_path("line.cap.pcap"), "line.cap.toml");
  EXPECT_FALSE(read_note(path_));
  ASSERT_TRUE(write_note(path_, {.source = "a \"b\" \\ c\n", .settings = "9600 7E1"}));
  const auto note = read_note(path_);
  ASSERT_TRUE(note);
  EXPECT_EQ(note->source, "a \"b\" \\ c?");
  EXPECT_EQ(note->line, "");
  const LineSettings slow{.baud = 9600, .data_bits = 7, .parity = 'E'};
  EXPECT_EQ(parse_settings(note->settings), slow);
  EXPECT_EQ(print_settings(slow), "9600 7E1");
  for (const char* text : {"", "9600", "9600 ", "-1 8N1", "8N1", "9600 9X1"}) {
    EXPECT_FALSE(parse_settings(text)) << text;
  }
}

TEST_F(Recording, ALineIsWrittenDownAsItsReaderSeesIt) {
  FakeLine line;
  line.set_requested(false);
  FakeClock clock;
  int changes = 0;
  {
    auto writer = RecordingWriter::create(path_);
    RecordingTime time({.start = kNoon}, clock);
    RecordingLine recorded(line, *writer, time);
    recorded.on_change([&] { ++changes; });
    clock.advance(1s);
    line.set_requested(true);
    clock.advance(1s);
    line.room = 2;
    EXPECT_EQ(recorded.send("abc"), 2U);
    clock.advance(1s);
    line.set_requested(false);
  }
  const std::vector<RecordedEvent> expected{
      {.time = kNoon},
      {.time = kNoon + 1s, .leads = kLeadRts},
      {.time = kNoon + 2s, .type = SerialEvent::kDataReceived, .leads = kLeadRts, .bytes = "ab"},
      {.time = kNoon + 3s}};
  EXPECT_EQ(read(), expected);
  EXPECT_EQ(changes, 2);
  EXPECT_EQ(line.take(), "ab");
}

TEST_F(Recording, AScriptedRequestIsNotedAtItsOwnTime) {
  FakeLine line;
  FakeClock clock;
  {
    auto writer = RecordingWriter::create(path_);
    const SessionOptions session{
        .start = kNoon,
        .request_edges = {{kNoon + 1s, RequestMode::kOff}, {kNoon + 4s, RequestMode::kOn}}};
    RecordingTime time(session, clock);
    RecordingLine recorded(line, *writer, time, session);
    clock.advance(2s);
    recorded.send("a");
    clock.advance(3s);
  }
  const std::vector<RecordedEvent> expected{
      {.time = kNoon, .leads = kLeadRts},
      {.time = kNoon + 1s},
      {.time = kNoon + 2s, .type = SerialEvent::kDataReceived, .bytes = "a"},
      {.time = kNoon + 4s, .leads = kLeadRts}};
  EXPECT_EQ(read(), expected);
}

TEST(RecordingTimes, AreThoseOfTheMeterAtAnySpeed) {
  FakeClock clock;
  RecordingTime time({.start = kNoon, .speed = 10}, clock);
  clock.advance(2s);
  EXPECT_EQ(time.pass(5), kNoon + 20s);
}

// 9600 7E1 is ten bits a character: 96 bytes are 0.1 s.
TEST(RecordingTimes, WithoutPacingBytesPassAtTheBaudRate) {
  const FakeClock clock;
  RecordingTime time({.settings = {.baud = 9600, .data_bits = 7, .parity = 'E'},
                      .start = kNoon,
                      .speed = kMaxSpeed},
                     clock);
  time.take(TelegramStarted{
      .number = 1, .time = std::chrono::floor<std::chrono::seconds>(kNoon) + 5s, .bytes = 192});
  EXPECT_EQ(time.pass(96), kNoon + 5100ms);
  EXPECT_EQ(time.pass(96), kNoon + 5200ms);
}

// A stall before the fourth byte: what the line would have done is in the recording. 1200 8N1 is 120
// bytes a second; three of them are 25 ms.
TEST_F(Recording, PausesAreThereWithoutPacing) {
  FakeLine line;
  const FakeClock clock;
  {
    auto writer = RecordingWriter::create(path_);
    const SessionOptions session{.settings = {.baud = 1200}, .start = kNoon, .speed = kMaxSpeed};
    RecordingTime time(session, clock);
    RecordingLine recorded(line, *writer, time, session);
    time.take(Emission{"abcdef", {{3, 800ms}}});
    time.take(TelegramStarted{
        .number = 1, .time = std::chrono::floor<std::chrono::seconds>(kNoon), .bytes = 6});
    EXPECT_EQ(recorded.send("abcdef"), 6U);
  }
  const auto events = read();
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[1].bytes, "abc");
  EXPECT_EQ(events[1].time, kNoon + 25ms);
  EXPECT_EQ(events[2].bytes, "def");
  EXPECT_EQ(events[2].time, kNoon + 850ms);
}

TEST_F(Recording, PassesOnWhatTheSessionAsksOfALine) {
  FakeLine line;
  const FakeClock clock;
  auto writer = RecordingWriter::create(path_);
  RecordingTime time({.start = kNoon}, clock);
  RecordingLine recorded(line, *writer, time);
  recorded.lose_nothing();
  recorded.supply(false);
  recorded.purge();
  EXPECT_EQ(line.purges, 1);
  EXPECT_TRUE(line.loses_nothing);
  EXPECT_EQ(line.supplies, std::vector{false});
}

}  // namespace
}  // namespace p1rig::recording_test
