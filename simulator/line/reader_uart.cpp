#include "simulator/line/reader_uart.h"

#include <algorithm>
#include <cstdlib>

namespace p1rig {
namespace {

// Shorter silences are the host's lateness, not the meter's.
constexpr std::chrono::milliseconds kSilence{10};

bool agree(const LineSettings& meter, LineSettings reader) {
  const bool same_baud = std::abs(meter.baud - reader.baud) * 50 <= meter.baud;
  reader.baud = meter.baud;
  return same_baud && reader == meter;
}

}  // namespace

void ReaderUart::set(const LineSettings& reader, SteadyTime now) {
  if (reader == reader_) return;
  reader_ = reader;
  model_.reset();
  if (!agree(meter_, reader_)) model_.emplace(meter_, reader_, UartPath{});
  passed_ = now;
}

std::vector<UartByte> ReaderUart::take(std::string_view bytes, SteadyTime now) {
  std::vector<UartByte> received;
  if (!model_) {
    const unsigned mask = (1U << meter_.data_bits) - 1U;
    for (const char byte : bytes) {
      const unsigned value = static_cast<unsigned char>(byte) & mask;
      received.push_back({.value = static_cast<unsigned char>(value)});
    }
    return received;
  }
  const double seconds =
      static_cast<double>(bytes.size()) * meter_.bits_per_character() / meter_.baud;
  const auto lasted =
      std::chrono::duration_cast<SteadyTime::duration>(std::chrono::duration<double>(seconds));
  if (const auto silence = now - lasted - passed_; silence > kSilence) {
    model_->idle(std::min<SteadyTime::duration>(silence, std::chrono::seconds(1)), received);
  }
  model_->send(bytes, received);
  passed_ = now;
  return received;
}

std::string read_from_terminal(const std::vector<UartByte>& received, const TtyErrors& errors) {
  std::string read;
  for (const UartByte& byte : received) {
    if (byte.is_break) {
      if (!errors.ignore_break && !errors.break_interrupts) read += '\0';
    } else if ((byte.framing_error || byte.parity_error) && errors.check_parity) {
      if (!errors.drop_errors) read += '\0';
    } else {
      read += static_cast<char>(byte.value);
    }
  }
  return read;
}

}  // namespace p1rig
