#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace p1rig {

// What meters send over the same sockets and adapters, but is not P1. Each protocol is recognised by a
// check of its own, a checksum or a sequence that chance and damaged telegrams do not make, so that
// it can be named with certainty: bytes that no check knows are none of these.

/// Where a protocol was seen.
struct ProtocolSighting {
  std::uint64_t frames = 0;
  std::uint64_t offset = 0;  ///< of the first
  std::string why;           ///< what in these bytes says so
};

struct OtherProtocol {
  std::string_view id;    ///< stable and public: "dlms-hdlc"
  std::string_view what;  ///< "DLMS in HDLC frames"
  std::string_view fix;   ///< who reads it
  std::optional<ProtocolSighting> (*find)(std::string_view bytes);
};

std::span<const OtherProtocol> other_protocols();

struct SeenProtocol {
  const OtherProtocol* protocol;
  ProtocolSighting sighting;
};
/// The first of the table that is found.
std::optional<SeenProtocol> find_other_protocol(std::string_view bytes);

// The rows, one in each file other_protocol_*.cpp.
std::optional<ProtocolSighting> find_dlms_hdlc(std::string_view bytes);
std::optional<ProtocolSighting> find_s1(std::string_view bytes);
std::optional<ProtocolSighting> find_sml(std::string_view bytes);
std::optional<ProtocolSighting> find_wired_mbus(std::string_view bytes);
std::optional<ProtocolSighting> find_iec_blocks(std::string_view bytes);
std::optional<ProtocolSighting> find_c1218(std::string_view bytes);
std::optional<ProtocolSighting> find_sealed_behind_header(std::string_view bytes);

}  // namespace p1rig
