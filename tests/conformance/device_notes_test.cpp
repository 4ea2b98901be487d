#include "conformance/judge/device_notes.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/conformance/telegrams.h"

namespace p1rig::device_notes_test {
namespace {

using test::edited;
using test::kDutch;
using test::sealed;

std::vector<LineNote> notes_of(const std::string& bytes) {
  return note_devices(LineContents(bytes));
}

/// The id and the text of each.
std::string told(const std::string& bytes) {
  std::string text;
  for (const LineNote& note : notes_of(bytes)) {
    text += std::string(note.id) + ": " + note.what + "\n";
  }
  return text;
}

// The telegram was made at 12:30:10; gas was read at 12:25:00, water at 12:30:00.

TEST(DeviceNotes, SayWhatIsRead) {
  EXPECT_EQ(told(sealed(kDutch)),
            "mbus-live: gas on channel 1 was read 5 minutes before the telegram\n"
            "mbus-live: water on channel 2 was read less than a minute before the telegram\n");
}

TEST(DeviceNotes, TakeTheClockOfAWarmteLink) {
  EXPECT_EQ(told(sealed(edited(kDutch, "0-0:1.0.0(", "0-0:1.1.0("))), told(sealed(kDutch)));
}

TEST(DeviceNotes, SayThatThereIsNoDevice) {
  std::string none(kDutch);
  none = none.substr(0, none.find("0-1:24.1.0")) + "!";
  EXPECT_EQ(told(sealed(none)),
            "mbus-none: no telegram has an object of a gas, water or heat meter\n");
  EXPECT_FALSE(notes_of(sealed(none))[0].fix.empty());
  EXPECT_EQ(told(sealed(test::kSwedish)), "") << "Sweden has no such devices (SWE §3.4)";
}

TEST(DeviceNotes, SayThatAChannelIsFree) {
  const std::string unlinked =
      edited(edited(edited(kDutch, "(4730303339)", "()"), "0-1:24.1.0(003)", "0-1:24.1.0(000)"),
             "(260115122500W)(00435.247*m3)", "(632525252525W)(00000.000)");
  EXPECT_NE(told(sealed(unlinked))
                .find("mbus-unlinked: channel 1 is free, or its device is no longer linked"),
            std::string::npos)
      << told(sealed(unlinked));
}

TEST(DeviceNotes, SayThatADeviceHasNoReading) {
  const std::string silent =
      edited(kDutch, "(260115122500W)(00435.247*m3)", "(700101010000W)(00000000)");
  EXPECT_NE(told(sealed(silent)).find("mbus-silent: gas on channel 1 is linked"),
            std::string::npos);
}

TEST(DeviceNotes, SayThatAReadingIsOld) {
  const std::string old = edited(kDutch, "260115122500W", "260115062500W");
  EXPECT_NE(
      told(sealed(old)).find("mbus-stale: gas on channel 1 was read 6 hours before the telegram\n"),
      std::string::npos)
      << told(sealed(old));
  // Over an hour, it stays what it was.
  const std::string later = edited(old, "0-0:1.0.0(260115123010W)", "0-0:1.0.0(260115133010W)");
  EXPECT_NE(
      told(sealed(old) + sealed(later))
          .find("read 7 hours before the telegram, and that time has not changed for 60 minutes"),
      std::string::npos)
      << told(sealed(old) + sealed(later));
}

TEST(DeviceNotes, SayThatAClockIsWrong) {
  const std::string ahead = edited(kDutch, "260115122500W", "260115142500W");
  EXPECT_NE(told(sealed(ahead)).find("mbus-ahead: gas on channel 1"), std::string::npos);
}

TEST(DeviceNotes, SayWhichOfTwoIsTheNewOne) {
  const std::string two = edited(edited(kDutch, "0-2:24.1.0(007)", "0-2:24.1.0(003)"),
                                 "260115122500W", "251115122500W");
  EXPECT_NE(
      told(sealed(two)).find("mbus-two: gas is on channels 1 and 2; the latest reading is on 2"),
      std::string::npos)
      << told(sealed(two));
}

TEST(DeviceNotes, NeedARightTelegram) {
  EXPECT_EQ(told(""), "");
  EXPECT_EQ(told(test::ended(kDutch)), "") << "its CRC is missing";
}

}  // namespace
}  // namespace p1rig::device_notes_test
