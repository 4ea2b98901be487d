#include "simulator/line/serial_line.h"

#include <gtest/gtest.h>

#include "simulator/line/event_loop.h"

namespace p1rig::serial_line_test {
namespace {

/// Why the line cannot be opened.
std::string refusal(const std::string& text) {
  EventLoop loop;
  const auto uri = parse_line_uri(text);
  if (!uri) return uri.error().message;
  const auto line = open_line(*uri, LineSettings{}, loop);
  return line ? "" : line.error().message;
}

TEST(SerialLine, RefusesOptionsThatNobodyHas) {
  EXPECT_EQ(refusal("serial:/dev/x?request=ri"), "serial: request: expected one of cts, dsr, dcd");
  EXPECT_EQ(refusal("serial:/dev/x?active=high"),
            "serial: active: expected one of cleared, asserted");
  EXPECT_EQ(refusal("serial:/dev/x?supply=cts"), "serial: supply: expected one of rts, dtr");
}

TEST(SerialLine, TakesEveryOptionThatIsListed) {
  for (const std::string input : {"cts", "dsr", "dcd"}) {
    EXPECT_EQ(refusal("serial:/dev/x?request=" + input + "&active=cleared&supply=dtr"),
              "/dev/x: No such file or directory; is the adapter plugged in?");
  }
}

TEST(SerialLine, RefusesWhatIsNoSerialPort) {
  EXPECT_EQ(refusal("serial:/dev/null"), "/dev/null: is not a serial port");
  EXPECT_EQ(refusal("serial:/etc/passwd"), "/etc/passwd: is not a serial port");
}

TEST(CableLine, RefusesOptionsThatNobodyHas) {
  EXPECT_EQ(refusal("cable:?vid=12345"), "cable: vid: expected four hex digits");
  EXPECT_EQ(refusal("cable:?pid=xyz"), "cable: pid: expected four hex digits");
  EXPECT_EQ(refusal("cable:?wiring=cts"), "cable: wiring: expected rts, rts#, dtr, dtr# or vcc");
  EXPECT_EQ(refusal("cable:?serial="), "cable: serial: 1 to 32 characters");
}

}  // namespace
}  // namespace p1rig::serial_line_test
