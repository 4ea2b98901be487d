#include "simulator/line/recording.h"

#include <pcap/pcap.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <utility>

namespace p1rig {
namespace {

constexpr int kLinkType = 250;  // LINKTYPE_RTAC_SERIAL
constexpr int kSnapLength = 65535;
constexpr std::size_t kHeaderSize = 12;
constexpr std::size_t kMostBytes = 32768;  ///< in one packet

struct ClosePcap {
  void operator()(pcap_t* pcap) const { pcap_close(pcap); }
};
struct CloseDump {
  void operator()(pcap_dumper_t* dump) const { pcap_dump_close(dump); }
};

void put_big_endian(std::uint32_t value, std::string& to) {
  for (int shift = 24; shift >= 0; shift -= 8) to += static_cast<char>(value >> shift & 0xFF);
}

/// What libpcap says about a file that it cannot read, in words for whoever recorded it.
std::string explain(std::string_view reason, std::size_t events) {
  const bool cut = reason.find("truncated") != reason.npos;
  return (cut ? "ends within a packet" : std::string(reason)) + ", after " +
         std::to_string(events) + (events == 1 ? " event" : " events");
}

}  // namespace

struct RecordingWriter::Impl {
  std::unique_ptr<pcap_t, ClosePcap> pcap;
  std::unique_ptr<pcap_dumper_t, CloseDump> dump;
  bool good = true;

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

Result<RecordingWriter> RecordingWriter::create(const std::string& path) {
  auto impl = std::make_unique<Impl>();
  impl->pcap.reset(
      pcap_open_dead_with_tstamp_precision(kLinkType, kSnapLength, PCAP_TSTAMP_PRECISION_NANO));
  impl->dump.reset(pcap_dump_open(impl->pcap.get(), path.c_str()));
  if (!impl->dump) return fail(pcap_geterr(impl->pcap.get()));
  return RecordingWriter(std::move(impl));
}

void RecordingWriter::write(const RecordedEvent& event) {
  std::string_view rest = event.bytes;
  do {
    const std::string_view portion = rest.substr(0, kMostBytes);
    impl_->write_packet(event, portion);
    rest.remove_prefix(portion.size());
  } while (!rest.empty());
  impl_->good = pcap_dump_flush(impl_->dump.get()) == 0 && impl_->good;
}

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

Result<void> read_recording(const std::string& path,
                            const std::function<bool(const RecordedEvent&)>& take) {
  std::array<char, PCAP_ERRBUF_SIZE> reason{};
  const std::unique_ptr<pcap_t, ClosePcap> pcap(pcap_open_offline_with_tstamp_precision(
      path.c_str(), PCAP_TSTAMP_PRECISION_NANO, reason.data()));
  if (!pcap) return fail(path + ": is no capture: " + reason.data());
  if (const int type = pcap_datalink(pcap.get()); type != kLinkType) {
    const char* const name = pcap_datalink_val_to_name(type);
    return fail(path + ": is a capture of " + (name != nullptr ? name : std::to_string(type)) +
                ", expected one of a serial line (RTAC_SERIAL, 250)");
  }
  std::size_t events = 0;
  pcap_pkthdr* header = nullptr;
  const u_char* data = nullptr;
  int outcome = 0;
  while ((outcome = pcap_next_ex(pcap.get(), &header, &data)) == 1) {
    if (header->caplen < kHeaderSize) {
      return fail(path + ": packet " + std::to_string(events + 1) + " has " +
                  std::to_string(header->caplen) + " octets, expected at least 12");
    }
    const auto time =
        std::chrono::seconds(header->ts.tv_sec) + std::chrono::nanoseconds(header->ts.tv_usec);
    const std::string_view packet(reinterpret_cast<const char*>(data), header->caplen);
    ++events;
    if (!take({.time = MeterTime(time),
               .type = static_cast<SerialEvent>(data[8]),
               .leads = data[9],
               .bytes = std::string(packet.substr(kHeaderSize))})) {
      return {};
    }
  }
  if (outcome == PCAP_ERROR) return fail(path + ": " + explain(pcap_geterr(pcap.get()), events));
  return {};
}

std::string note_path(std::string_view recording) {
  const std::size_t slash = recording.rfind('/');
  const std::size_t dot = recording.rfind('.');
  const bool has_suffix = dot != recording.npos && (slash == recording.npos || dot > slash + 1);
  return std::string(has_suffix ? recording.substr(0, dot) : recording) + ".toml";
}

Result<void> write_note(const std::string& recording, const RecordingNote& note) {
  const std::string path = note_path(recording);
  std::ofstream file(path);
  const auto put = [&](std::string_view key, std::string_view value) {
    if (value.empty()) return;
    file << key << " = \"";
    for (const char c : value) {
      if (c == '"' || c == '\\') file << '\\';
      file << (c == '\n' || c == '\t' ? ' ' : c);
    }
    file << "\"\n";
  };
  file << "# How the recording beside this file was made; it has no field for these.\n";
  put("source", note.source);
  put("profile", note.profile);
  put("settings", note.settings);
  put("line", note.line);
  put("seed", note.seed);
  put("details", note.details);
  file << "side = \"reader\"  # RX: what the meter sent; RTS: Data Request is active\n";
  file.close();
  if (!file) return fail(path + ": cannot be written");
  return {};
}

}  // namespace p1rig
