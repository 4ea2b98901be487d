#include "conformance/judge/mistake_texts.h"

#include <algorithm>
#include <array>

namespace p1rig {
namespace {

constexpr std::string_view kRaw = "make the program in between pass on the bytes unchanged";

constexpr std::array kMistakes = {
    // The port.
    MistakeText{"no-data-request", "Data Request (pin 2) is not active",
                "tie pin 2 to +5 V (pin 1), or let the adapter's RTS or DTR raise it; with an "
                "inverting cable, clear RTS instead of asserting it"},
    MistakeText{
        "port-off", "the P1 port is disabled by the grid operator",
        "ask the operator to enable it: in Flanders, Austria, Sweden, Hungary and elsewhere "
        "it is off until the customer asks for it"},
    MistakeText{"dead-line", "the data signal does not reach the reader",
                "check pin 5 and ground, and that the reader pulls the line up: the meter's output "
                "is an open collector"},
    // Settings and wiring.
    MistakeText{"reader-too-fast", "the reader's baud rate is much higher than the meter's",
                "set the reader to 9600 7E1: this is an older meter (DSMR 2.2 or 3.0)"},
    MistakeText{"parity-in-bit-7", "the meter sends 7E1 and the reader is set to 8N1",
                "set the reader to 7 data bits and even parity, or clear bit 7 of every byte"},
    MistakeText{"inverted",
                "the signal is inverted: an inversion is missing, or there is one too many",
                "invert once, in the adapter or with a transistor: the P1 line is low when idle, "
                "a UART wants it high"},
    MistakeText{"wrong-baud", "the reader's baud rate is not the meter's",
                "set the reader to 115200 8N1, or to 9600 7E1 for a DSMR 2.2 or 3.0 meter"},
    MistakeText{"flow-control", "software flow control swallows the bytes 11 and 13 (IXON)",
                "disable it: stty -ixon, or xonxoff=False"},
    // Programs in between.
    MistakeText{"cr-to-lf", "the terminal turns CR into LF (ICRNL)",
                "switch the port to raw mode: stty -icrnl, or stty raw"},
    MistakeText{"cr-lost", "every CR is missing (IGNCR, or a text mode in between)",
                "switch the port to raw mode: stty -igncr, or stty raw; copy recordings as binary"},
    MistakeText{"lf-lost", "every LF is missing", kRaw},
    MistakeText{"line-ends-doubled",
                "line ends are doubled: something adds a line end to lines that already have one",
                "print without a line end (print instead of println, end=''), or pass on bytes"},
    MistakeText{"line-ends-changed", "line ends, or blanks before them, were changed", kRaw},
    MistakeText{"telnet", "a telnet server is in between",
                "have it serve raw TCP (ser2net: raw instead of telnet), or use a reader that "
                "speaks RFC 2217"},
    MistakeText{"utf-8", "bytes above 7F were turned into UTF-8",
                "make the program in between treat the data as bytes, or as Latin-1"},
    MistakeText{"crc-missing", "the CRC is missing: a gateway removed it",
                "read the port directly, or make the gateway pass on the bytes unchanged: without "
                "a CRC nobody can tell whether a telegram is intact"},
    MistakeText{"crc-algorithm", "the CRC is not computed as P1 prescribes (DSMR-P1 5.0.2 §6.2)",
                "report it to the manufacturer of the meter or gateway; only a reader that checks "
                "this CRC, or none, accepts these telegrams"},
    MistakeText{"crc-unknown", "no CRC is correct, and no common algorithm gives these",
                "capture the telegrams directly from the port; if the CRCs are wrong there too, "
                "report it to the grid operator"},
    MistakeText{"edited", "the text was changed after the meter sent it",
                "use the telegram as the meter sent it; `p1rig anonymise` replaces identifiers and "
                "recomputes the CRC"},
    MistakeText{"redacted", "values were made unreadable, and the CRC was not updated",
                "use the telegram as the meter sent it; `p1rig anonymise` replaces identifiers and "
                "recomputes the CRC"},
    // Damage.
    MistakeText{"noise", "bits are corrupted in transit",
                "use a shorter cable, a stronger pull-up (1 kohm) and a common ground; check that "
                "the adapter's clock is within 3 %"},
    MistakeText{
        "bytes-lost", "bytes are lost in transit",
        "read more often or with a larger buffer; check whether another program uses this port"},
    MistakeText{"incomplete", "there is no complete telegram",
                "keep Data Request active and capture for longer than one period (10 s)"},
    MistakeText{"no-p1", "these bytes do not look like P1", "check which port this is"},
};

}  // namespace

const MistakeText& mistake_text(std::string_view id) {
  return *std::ranges::find(kMistakes, id, &MistakeText::id);
}

}  // namespace p1rig
