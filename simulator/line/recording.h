#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "protocol/result.h"
#include "simulator/files/output_guard.h"
#include "simulator/line/clock.h"
#include "simulator/line/recording_note.h"

namespace p1rig {

// What happened on a line: a pcap file of link type RTAC_SERIAL (250), which Wireshark opens. It is written
// from the reader's side of the plug: what the meter sends is received (RX), and Data Request is
// the lead RTS, set while it is active, whatever the wiring. Each packet has twelve bytes
// of its own, big endian, before the bytes (LINKTYPE_RTAC_SERIAL, tcpdump.org/linktypes):
//
//   seconds 4 | microseconds 4 | type 1 | leads 1 | reserved 2
//
// The time of a packet with bytes is that at which the last of them had passed.

/// The types of the format; others are passed as they are.
enum class SerialEvent : std::uint8_t {
  kStatusChange = 0x00,
  kDataSent = 0x01,      ///< DATA_TX_START: the reader wrote to the meter
  kDataReceived = 0x02,  ///< DATA_RX_START
  kDataLost = 0x05,
  kComplete = 0x06,
  kFramingError = 0x07,
  kParityError = 0x08,
  kBreak = 0x09,
  kOverflow = 0x0A
};

inline constexpr std::uint8_t kLeadRts = 0x08;  ///< Data Request

struct RecordedEvent {
  MeterTime time{};
  SerialEvent type = SerialEvent::kStatusChange;
  std::uint8_t leads = 0;
  std::string bytes = {};

  bool requested() const { return (leads & kLeadRts) != 0; }
  bool operator==(const RecordedEvent&) const = default;
};

/// Writes a recording. Every event is in the file when write() returns.
class RecordingWriter {
 public:
  /// Replaces the file, and the note beside it where there is to be one, but neither before begin() or
  /// the first write(): until then everything stays unchanged.
  static Result<RecordingWriter> create(const std::string& path,
                                        const std::optional<RecordingNote>& note = std::nullopt);
  RecordingWriter(RecordingWriter&&) noexcept;
  RecordingWriter& operator=(RecordingWriter&&) noexcept;
  ~RecordingWriter();

  void write(const RecordedEvent& event);

  /// A recording without an event is one, too.
  void begin();

  /// False if something could not be written: the disk is full.
  bool good() const;

 private:
  struct Impl;
  explicit RecordingWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// The files of RecordingWriter.
extern const OutputKind kRecordingKind;

/// True for a file that begins as pcap or pcapng files do.
bool is_capture_file(const std::string& path);

/// Reads a recording, an event at a time: files may be larger than the memory.
class RecordingReader {
 public:
  /// Takes pcap and pcapng. Fails if it is not a capture, or has another link type.
  static Result<RecordingReader> open(const std::string& path);
  RecordingReader(RecordingReader&&) noexcept;
  RecordingReader& operator=(RecordingReader&&) noexcept;
  ~RecordingReader();

  /// The next event; nothing at the end. Fails if the file ends within a packet or is damaged:
  /// there is nothing after that.
  Result<std::optional<RecordedEvent>> next();

 private:
  struct Impl;
  explicit RecordingReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace p1rig
