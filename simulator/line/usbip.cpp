#include "simulator/line/usbip.h"

namespace p1rig {
namespace {

constexpr std::uint32_t kSubmit = 1, kUnlink = 2, kSubmitReply = 3, kUnlinkReply = 4;
constexpr std::size_t kHeader = 48;
constexpr std::uint32_t kMostData = 1 << 20;

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

std::uint32_t big_endian(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | byte_at(bytes, at + i);
  return value;
}

/// Numbers in a setup packet are little-endian, unlike those around it.
std::uint16_t little_endian(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(byte_at(bytes, at) | byte_at(bytes, at + 1) << 8);
}

void append(std::string& bytes, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xFF);
}

std::string reply_header(std::uint32_t command, std::uint32_t sequence, std::int32_t status) {
  std::string header;
  append(header, command);
  append(header, sequence);
  for (int i = 0; i < 3; ++i) append(header, 0);  // device, direction, endpoint: zero in replies
  append(header, static_cast<std::uint32_t>(status));
  return header;
}

UsbSetup setup_at(std::string_view bytes, std::size_t at) {
  return {.type = byte_at(bytes, at),
          .request = byte_at(bytes, at + 1),
          .value = little_endian(bytes, at + 2),
          .index = little_endian(bytes, at + 4),
          .length = little_endian(bytes, at + 6)};
}

}  // namespace

std::optional<UsbipCommand> UsbipDecoder::next() {
  if (broken_ || buffer_.size() < kHeader) return std::nullopt;
  const std::uint32_t command = big_endian(buffer_, 0);
  const std::uint32_t sequence = big_endian(buffer_, 4);
  if (command == kUnlink) {
    const UsbipUnlink unlink{.sequence = sequence, .target = big_endian(buffer_, 20)};
    buffer_.erase(0, kHeader);
    return unlink;
  }
  UsbipSubmit submit{.sequence = sequence,
                     .endpoint = big_endian(buffer_, 16),
                     .in = big_endian(buffer_, 12) == 1,
                     .length = big_endian(buffer_, 24),
                     .setup = setup_at(buffer_, 40)};
  if (command != kSubmit || submit.length > kMostData) {
    broken_ = true;
    return std::nullopt;
  }
  const std::size_t size = submit.in ? 0 : submit.length;
  if (buffer_.size() < kHeader + size) return std::nullopt;
  submit.data = buffer_.substr(kHeader, size);
  buffer_.erase(0, kHeader + size);
  return submit;
}

std::string usbip_reply(std::uint32_t sequence, std::int32_t status, std::size_t actual,
                        std::string_view data) {
  std::string reply = reply_header(kSubmitReply, sequence, status);
  append(reply, static_cast<std::uint32_t>(actual));
  append(reply, 0);            // start frame
  append(reply, 0xFFFFFFFFU);  // packets: not isochronous
  append(reply, 0);            // errors
  reply.append(8, '\0');
  return reply.append(data);
}

std::string usbip_unlink_reply(std::uint32_t sequence, std::int32_t status) {
  return reply_header(kUnlinkReply, sequence, status).append(24, '\0');
}

}  // namespace p1rig
