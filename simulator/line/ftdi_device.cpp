#include "simulator/line/ftdi_device.h"

#include <algorithm>
#include <array>
#include <utility>

namespace p1rig {
namespace {

// bmRequestType: direction and kind (USB 2.0 §9.3.1).
constexpr std::uint8_t kIn = 0x80, kKindMask = 0x60, kStandard = 0x00, kVendor = 0x40;

enum Standard : std::uint8_t {
  kGetStatus = 0,
  kClearFeature = 1,
  kGetDescriptor = 6,
  kGetConfiguration = 8,
  kSetConfiguration = 9,
  kGetInterface = 10,
  kSetInterface = 11
};

enum Vendor : std::uint8_t {
  kReset = 0,
  kModemControl = 1,
  kFlowControl = 2,
  kBaudDivisor = 3,
  kFormat = 4,
  kModemStatus = 5,
  kEventCharacter = 6,
  kErrorCharacter = 7,
  kSetLatency = 9,
  kGetLatency = 10,
  kBitMode = 11,
  kReadPins = 12,
  kReadEeprom = 0x90
};

constexpr std::uint8_t kDataReady = 0x01, kSenderEmpty = 0x60;  // line status: DR; THRE, TEMT
constexpr std::uint8_t kPrinter = 0x01;  // modem status: a bit that is always set

// Which string descriptor is which.
constexpr std::uint8_t kManufacturerString = 1, kProductString = 2, kSerialString = 3;

std::string bytes_of(std::initializer_list<int> values) {
  std::string bytes;
  for (const int value : values) bytes += static_cast<char>(value);
  return bytes;
}

/// USB 2.0 §9.6.7: length, type, UTF-16LE.
std::string string_descriptor(std::string_view text) {
  std::string bytes = bytes_of({static_cast<int>(2 + 2 * text.size()), 3});
  for (const char c : text) {
    bytes += c;
    bytes += '\0';
  }
  return bytes;
}

/// One interface with a bulk endpoint in each direction (USB 2.0 §9.6.3, §9.6.5, §9.6.6).
std::string configuration_descriptor() {
  return bytes_of({9, 2, 32,   0, 1,  1,    0,    0xA0, 45,  // bus powered, 90 mA
                   9, 4, 0,    0, 2,  0xFF, 0xFF, 0xFF, 2,   // vendor specific
                   7, 5, 0x81, 2, 64, 0,    0,    7,    5,  0x02, 2, 64, 0, 0});
}

}  // namespace

int ftdi_baud(std::uint32_t divisor) {
  if (divisor == 0) return 3'000'000;
  if (divisor == 1) return 2'000'000;
  constexpr std::array<std::uint32_t, 8> kEighths = {0, 4, 2, 1, 3, 5, 6, 7};
  const std::uint32_t eighths = (divisor & 0x3FFF) * 8 + kEighths.at(divisor >> 14 & 7);
  if (eighths == 0) return 3'000'000;
  return static_cast<int>((24'000'000 + eighths / 2) / eighths);
}

std::optional<std::string> FtdiDevice::control(const UsbSetup& setup) {
  if ((setup.type & kKindMask) == kStandard) return standard_request(setup);
  if ((setup.type & kKindMask) != kVendor) return std::nullopt;
  if ((setup.type & kIn) != 0) {
    std::string answer = setup.request == kReadEeprom ? std::string(2, '\xFF')  // erased
                                                      : read_request(setup.request);
    if (answer.empty()) return std::nullopt;
    answer.resize(std::min<std::size_t>(answer.size(), setup.length));
    return answer;
  }
  switch (setup.request) {
    case kReset:
      reset(setup.value);
      break;
    case kModemControl:  // the high byte says which of the two are meant
      if ((setup.value & 0x100) != 0) state_.dtr = (setup.value & 1) != 0;
      if ((setup.value & 0x200) != 0) state_.rts = (setup.value & 2) != 0;
      break;
    case kFlowControl:
      state_.flow = static_cast<std::uint8_t>(setup.index >> 8);
      break;
    case kBaudDivisor:
      state_.settings.baud =
          ftdi_baud(setup.value | static_cast<std::uint32_t>(setup.index & 1) << 16);
      break;
    case kFormat:
      set_format(setup.value);
      break;
    case kSetLatency:
      state_.latency = std::chrono::milliseconds(std::clamp(setup.value & 0xFF, 1, 255));
      break;
    case kEventCharacter:
    case kErrorCharacter:
    case kBitMode:
      break;  // taken; nothing that a serial port needs
    default:
      return std::nullopt;
  }
  return std::string();
}

std::string FtdiDevice::read_request(std::uint8_t request) const {
  if (request == kModemStatus) return bytes_of({modem_status(), kSenderEmpty});
  if (request == kGetLatency) return bytes_of({static_cast<int>(state_.latency.count())});
  if (request == kReadPins) return bytes_of({0});
  return {};
}

std::optional<std::string> FtdiDevice::standard_request(const UsbSetup& setup) {
  std::optional<std::string> answer;
  if (setup.request == kGetDescriptor) answer = descriptor(setup.value);
  if (setup.request == kGetStatus) answer = bytes_of({0, 0});
  if (setup.request == kGetConfiguration) answer = bytes_of({1});
  if (setup.request == kGetInterface) answer = bytes_of({0});
  if (setup.request == kSetConfiguration || setup.request == kSetInterface ||
      setup.request == kClearFeature) {
    answer = std::string();
  }
  if (answer) answer->resize(std::min<std::size_t>(answer->size(), setup.length));
  return answer;
}

std::optional<std::string> FtdiDevice::descriptor(std::uint16_t which) const {
  const int type = which >> 8;
  const int index = which & 0xFF;
  if (type == 1) {  // device: full speed, release 6.00 is what tells an FT232R
    return bytes_of({18, 1, 0x00, 0x02, 0, 0, 0, 8, identity_.vendor & 0xFF, identity_.vendor >> 8,
                     identity_.product & 0xFF, identity_.product >> 8, 0x00, 0x06,
                     kManufacturerString, kProductString, kSerialString, 1});
  }
  if (type == 2 && index == 0) return configuration_descriptor();
  if (type != 3) return std::nullopt;
  if (index == 0) return bytes_of({4, 3, 0x09, 0x04});  // English
  if (index == kManufacturerString) return string_descriptor("p1rig");
  if (index == kProductString) return string_descriptor("Emulated P1 cable");
  if (index == kSerialString) return string_descriptor(identity_.serial);
  return std::nullopt;
}

void FtdiDevice::reset(std::uint16_t what) {
  // Seen from the chip: 1 empties what the host sent, 2 what is on its way to the host.
  if (what == 0 || what == 1) out_.clear();
  if (what == 0 || what == 2) {
    in_.clear();
    lost_ = 0;
    in_due_.reset();
  }
}

void FtdiDevice::set_format(std::uint16_t value) {
  constexpr std::array<char, 8> kParities = {'N', 'O', 'E', 'M', 'S', 'N', 'N', 'N'};
  state_.settings.data_bits = value & 0xFF;
  state_.settings.parity = kParities.at(value >> 8 & 7);
  state_.settings.stop_bits = (value >> 11 & 7) == 2 ? 2 : 1;
  state_.sends_break = (value >> 14 & 1) != 0;
}

std::chrono::nanoseconds FtdiDevice::character() const {
  return std::chrono::nanoseconds(1'000'000'000LL * state_.settings.bits_per_character() /
                                  state_.settings.baud);
}

void FtdiDevice::write(std::string_view bytes, SteadyTime now) {
  if (out_.empty()) out_due_ = now + character();
  out_.append(bytes.substr(0, room()));
}

std::string FtdiDevice::transmit(SteadyTime now) {
  std::size_t gone = 0;
  while (gone < out_.size() && out_due_ <= now) {
    ++gone;
    out_due_ += character();
  }
  std::string bytes = out_.substr(0, gone);
  out_.erase(0, gone);
  return bytes;
}

std::optional<SteadyTime> FtdiDevice::transmit_due() const {
  if (out_.empty()) return std::nullopt;
  return out_due_;
}

void FtdiDevice::hurry(SteadyTime due) { in_due_ = std::min(in_due_.value_or(due), due); }

void FtdiDevice::set_inputs(const FtdiInputs& inputs, SteadyTime now) {
  if (std::exchange(inputs_, inputs) != inputs) hurry(now);
}

std::size_t FtdiDevice::receive(std::string_view bytes, SteadyTime now, std::uint8_t errors) {
  const std::size_t kept = std::min(bytes.size(), kInBuffer - in_.size());
  if (kept < bytes.size()) lost_ = kFtdiOverrun;
  for (std::size_t i = 0; i < kept; ++i) {
    in_.push_back({bytes[i], i + 1 == bytes.size() ? errors : std::uint8_t{0}});
  }
  if (bytes.empty()) return 0;
  const bool at_once = in_.size() >= kPacket - kStatus || errors != 0;
  hurry(at_once ? now : now + state_.latency);
  return kept;
}

std::optional<SteadyTime> FtdiDevice::read_due() const { return in_due_; }

std::uint8_t FtdiDevice::modem_status() const {
  return static_cast<std::uint8_t>(kPrinter | (inputs_.cts ? 0x10 : 0) | (inputs_.dsr ? 0x20 : 0) |
                                   (inputs_.ri ? 0x40 : 0) | (inputs_.dcd ? 0x80 : 0));
}

std::string FtdiDevice::read(std::size_t most) {
  std::string transfer;
  if (most < kStatus) return transfer;
  do {
    // The status tells of a whole packet: a byte with an error travels as the last one of its own.
    std::string data;
    std::uint8_t errors = std::exchange(lost_, std::uint8_t{0});
    const std::size_t room = std::min(kPacket, most - transfer.size()) - kStatus;
    while (data.size() < room && !in_.empty() && (errors & ~kFtdiOverrun) == 0) {
      const bool alone = in_.front().errors != 0;
      if (alone && !data.empty()) break;
      data += in_.front().byte;
      errors = static_cast<std::uint8_t>(errors | in_.front().errors);
      in_.pop_front();
    }
    const int ready = data.empty() ? 0 : kDataReady;
    const int empty = out_.empty() ? kSenderEmpty : 0;
    transfer += bytes_of({modem_status(), errors | ready | empty});
    transfer += data;
    if (data.size() < kPacket - kStatus) break;  // a short packet ends the transfer
  } while (!in_.empty() && most - transfer.size() > kStatus);
  in_due_ = in_.empty() ? std::nullopt : std::optional(SteadyTime{});
  return transfer;
}

}  // namespace p1rig
