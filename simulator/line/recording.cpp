#include "simulator/line/recording.h"

#include <pcap/pcap.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "protocol/wording.h"
#include "simulator/files/output_file.h"

namespace p1rig {
namespace {

constexpr int kLinkType = 250;  // LINKTYPE_RTAC_SERIAL
constexpr int kSnapLength = 65535;
constexpr std::size_t kHeaderSize = 12;
constexpr std::size_t kMostBytes = 32768;         ///< in one packet
constexpr std::int64_t kLastSecond = 0xFFFFFFFF;  ///< that a pcap can express

struct ClosePcap {
  void operator()(pcap_t* pcap) const { pcap_close(pcap); }
};
struct CloseDump {
  void operator()(pcap_dumper_t* dump) const { pcap_dump_close(dump); }
};

/// Nanoseconds and our link type, in either order of bytes.
bool begins_as_recording(std::string_view bytes) {
  constexpr std::size_t kLinkTypeAt = 20;
  constexpr std::string_view kLittle("\x4d\x3c\xb2\xa1", 4), kBig("\xa1\xb2\x3c\x4d", 4);
  const std::string_view type = bytes.substr(std::min(kLinkTypeAt, bytes.size()), 4);
  return (bytes.starts_with(kLittle) && type == std::string_view("\xFA\0\0\0", 4)) ||
         (bytes.starts_with(kBig) && type == std::string_view("\0\0\0\xFA", 4));
}

void put_big_endian(std::uint32_t value, std::string& to) {
  for (int shift = 24; shift >= 0; shift -= 8) to += static_cast<char>(value >> shift & 0xFF);
}

}  // namespace

const OutputKind kRecordingKind{"a recording", begins_as_recording};

struct RecordingWriter::Impl {
  explicit Impl(OutputFile output) : file(std::move(output)) {}

  OutputFile file;
  std::optional<OutputFile> note_file;
  std::string note;
  std::string held;  ///< what pcap has written, and the file has not yet
  bool good = true;
  std::unique_ptr<pcap_t, ClosePcap> pcap;
  std::unique_ptr<pcap_dumper_t, CloseDump> dump;

  /// The stream that pcap writes to.
  static ssize_t hold(void* impl, const char* bytes, std::size_t size) {
    static_cast<Impl*>(impl)->held.append(bytes, size);
    return static_cast<ssize_t>(size);
  }

  void pass_on() {
    good = pcap_dump_flush(dump.get()) == 0 && good;
    if (note_file) good = note_file->write(std::exchange(note, {})).has_value() && good;
    good = file.write(std::exchange(held, {})).has_value() && good;
  }

  void write_packet(const RecordedEvent& event, std::string_view bytes) {
    using namespace std::chrono;
    const auto second = floor<seconds>(event.time);
    const auto fraction = event.time - second;
    std::string packet;
    put_big_endian(static_cast<std::uint32_t>(second.time_since_epoch().count()), packet);
    put_big_endian(static_cast<std::uint32_t>(floor<microseconds>(fraction).count()), packet);
    packet += static_cast<char>(event.type);
    packet += static_cast<char>(event.leads);
    packet.append(2, '\0');
    packet += bytes;
    pcap_pkthdr header{};
    header.ts.tv_sec = second.time_since_epoch().count();
    header.ts.tv_usec = fraction.count();  // nanoseconds in a file of that precision
    header.caplen = header.len = static_cast<bpf_u_int32>(packet.size());
    pcap_dump(reinterpret_cast<u_char*>(dump.get()), &header,
              reinterpret_cast<const u_char*>(packet.data()));
  }
};

RecordingWriter::RecordingWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RecordingWriter::RecordingWriter(RecordingWriter&&) noexcept = default;
RecordingWriter& RecordingWriter::operator=(RecordingWriter&&) noexcept = default;
RecordingWriter::~RecordingWriter() = default;

Result<RecordingWriter> RecordingWriter::create(const std::string& path,
                                                const std::optional<RecordingNote>& note) {
  auto file = OutputFile::open(path);
  if (!file) return tl::unexpected(file.error());
  auto impl = std::make_unique<Impl>(std::move(*file));
  if (note && has_note(path)) {
    auto note_file = OutputFile::open(note_path(path));
    if (!note_file) return tl::unexpected(note_file.error());
    impl->note_file.emplace(std::move(*note_file));
    impl->note = print_note(*note);
  }
  impl->pcap.reset(
      pcap_open_dead_with_tstamp_precision(kLinkType, kSnapLength, PCAP_TSTAMP_PRECISION_NANO));
  std::FILE* const stream = ::fopencookie(
      impl.get(), "wb", {.read = nullptr, .write = Impl::hold, .seek = nullptr, .close = nullptr});
  if (stream == nullptr) return fail(path + ": " + std::strerror(errno));
  impl->dump.reset(pcap_dump_fopen(impl->pcap.get(), stream));
  if (!impl->dump) return fail(path + ": " + pcap_geterr(impl->pcap.get()));
  return RecordingWriter(std::move(impl));
}

void RecordingWriter::write(const RecordedEvent& event) {
  std::string_view rest = event.bytes;
  do {
    const std::string_view portion = rest.substr(0, kMostBytes);
    impl_->write_packet(event, portion);
    rest.remove_prefix(portion.size());
  } while (!rest.empty());
  impl_->pass_on();
}

void RecordingWriter::begin() { impl_->pass_on(); }

bool RecordingWriter::good() const { return impl_->good; }

bool is_capture_file(const std::string& path) {
  constexpr std::array<std::string_view, 5> kMagic{"\xa1\xb2\xc3\xd4", "\xd4\xc3\xb2\xa1",
                                                   "\xa1\xb2\x3c\x4d", "\x4d\x3c\xb2\xa1",
                                                   "\x0a\x0d\x0d\x0a"};
  std::error_code error;
  // A terminal must not be read from just to see what it is.
  if (!std::filesystem::is_regular_file(path, error)) return false;
  std::ifstream file(path, std::ios::binary);
  std::string start(4, '\0');
  file.read(start.data(), 4);
  return file.gcount() == 4 && std::find(kMagic.begin(), kMagic.end(), start) != kMagic.end();
}

struct RecordingReader::Impl {
  std::string path;
  std::unique_ptr<pcap_t, ClosePcap> pcap;
  std::size_t events = 0;

  tl::unexpected<Error> damaged(const std::string& what) const {
    return fail(path + ": " + what + ", after " + counted(events, "event"));
  }
};

RecordingReader::RecordingReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RecordingReader::RecordingReader(RecordingReader&&) noexcept = default;
RecordingReader& RecordingReader::operator=(RecordingReader&&) noexcept = default;
RecordingReader::~RecordingReader() = default;

Result<RecordingReader> RecordingReader::open(const std::string& path) {
  std::array<char, PCAP_ERRBUF_SIZE> reason{};
  std::error_code error;
  const bool empty = std::filesystem::is_regular_file(path, error) &&
                     std::filesystem::file_size(path, error) == 0 && !error;
  if (empty) return fail(path + ": is empty, expected a recording (pcap)");
  // libpcap would say the name once more.
  if (path != "-" && ::access(path.c_str(), R_OK) != 0) {
    return fail(path + ": cannot be read: " + std::strerror(errno));
  }
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  impl->pcap.reset(pcap_open_offline_with_tstamp_precision(path.c_str(), PCAP_TSTAMP_PRECISION_NANO,
                                                           reason.data()));
  if (!impl->pcap) return fail(path + ": is not a recording (pcap): " + reason.data());
  if (const int type = pcap_datalink(impl->pcap.get()); type != kLinkType) {
    const char* const name = pcap_datalink_val_to_name(type);
    return fail(path + ": is a capture of " + (name != nullptr ? name : std::to_string(type)) +
                ", expected one of a serial line (RTAC_SERIAL, 250)");
  }
  return RecordingReader(std::move(impl));
}

Result<std::optional<RecordedEvent>> RecordingReader::next() {
  pcap_pkthdr* header = nullptr;
  const u_char* data = nullptr;
  const int outcome = pcap_next_ex(impl_->pcap.get(), &header, &data);
  if (outcome == PCAP_ERROR_BREAK) return std::nullopt;
  if (outcome != 1) {
    const std::string reason = pcap_geterr(impl_->pcap.get());
    const bool cut = reason.find("truncated") != reason.npos;
    return impl_->damaged(cut ? "ends within a packet" : reason);
  }
  if (header->caplen < kHeaderSize) {
    return impl_->damaged("a packet has " + counted(header->caplen, "octet") +
                          ", expected at least 12");
  }
  if (header->ts.tv_sec < 0 || header->ts.tv_sec > kLastSecond) {
    return impl_->damaged("a packet has an impossible time");
  }
  ++impl_->events;
  const std::string_view packet(reinterpret_cast<const char*>(data), header->caplen);
  return RecordedEvent{.time = MeterTime(std::chrono::seconds(header->ts.tv_sec) +
                                         std::chrono::nanoseconds(header->ts.tv_usec)),
                       .type = static_cast<SerialEvent>(data[8]),
                       .leads = data[9],
                       .bytes = std::string(packet.substr(kHeaderSize))};
}

}  // namespace p1rig
