#include "simulator/line/serial_adapter.h"

#include <libserialport.h>
#include <sys/file.h>
#include <termios.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

namespace p1rig {

struct SerialAdapter::Impl {
  std::string path;    ///< as it was named
  std::string device;  ///< "/dev/ttyUSB0"
  sp_port* port = nullptr;
  bool open = false;

  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    if (open) sp_close(port);
    sp_free_port(port);
  }

  int descriptor() const {
    int descriptor = -1;
    sp_get_port_handle(port, &descriptor);
    return descriptor;
  }

  tl::unexpected<Error> trouble(const std::string& what) const {
    return fail(path + ": " + what + ": " + std::strerror(errno));
  }
};

namespace {

sp_parity parity_of(const LineSettings& settings) {
  if (settings.parity == 'E') return SP_PARITY_EVEN;
  return settings.parity == 'O' ? SP_PARITY_ODD : SP_PARITY_NONE;
}

std::string latency_file(const std::string& device) {
  return "/sys/bus/usb-serial/devices/" + std::filesystem::path(device).filename().string() +
         "/latency_timer";
}

/// Modem lines stay as they are when the port is closed: a reader is not reset, nor switched off.
void clear_hupcl(int descriptor) {
  termios settings{};
  if (::tcgetattr(descriptor, &settings) != 0) return;
  settings.c_cflag &= ~static_cast<tcflag_t>(HUPCL);
  ::tcsetattr(descriptor, TCSANOW, &settings);
}

}  // namespace

SerialAdapter::SerialAdapter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SerialAdapter::SerialAdapter(SerialAdapter&& other) noexcept = default;
SerialAdapter& SerialAdapter::operator=(SerialAdapter&& other) noexcept = default;
SerialAdapter::~SerialAdapter() = default;

Result<SerialAdapter> SerialAdapter::open(const std::string& path, const LineSettings& settings) {
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  std::error_code error;
  impl->device = std::filesystem::canonical(path, error);
  if (error) return fail(path + ": " + error.message() + "; is the adapter plugged in?");
  if (sp_get_port_by_name(impl->device.c_str(), &impl->port) != SP_OK) {
    return fail(path + ": is not a serial port");
  }
  errno = 0;
  if (sp_open(impl->port, SP_MODE_READ_WRITE) != SP_OK) {
    if (errno == EBUSY) return fail(path + ": is in use by another program");
    if (errno == ENOTTY) return fail(path + ": has no modem lines; it is not a serial adapter");
    return impl->trouble("cannot be opened");
  }
  impl->open = true;
  // The kernel's own lock does not stop root, and a reader often takes this one too.
  if (::flock(impl->descriptor(), LOCK_EX | LOCK_NB) != 0) {
    return fail(path + ": is in use by another program");
  }
  clear_hupcl(impl->descriptor());
  std::ofstream(latency_file(impl->device)) << 1;
  SerialAdapter adapter(std::move(impl));
  if (auto set = adapter.set_settings(settings); !set) return tl::unexpected(set.error());
  adapter.purge_input();
  return adapter;
}

std::optional<int> SerialAdapter::latency_timer() const {
  std::ifstream file(latency_file(impl_->device));
  int milliseconds = 0;
  if (!(file >> milliseconds)) return std::nullopt;
  return milliseconds;
}

Result<void> SerialAdapter::set_settings(const LineSettings& settings) {
  sp_port* port = impl_->port;
  if (sp_set_flowcontrol(port, SP_FLOWCONTROL_NONE) != SP_OK ||
      sp_set_baudrate(port, settings.baud) != SP_OK ||
      sp_set_bits(port, settings.data_bits) != SP_OK ||
      sp_set_parity(port, parity_of(settings)) != SP_OK ||
      sp_set_stopbits(port, settings.stop_bits) != SP_OK) {
    return impl_->trouble("does not accept " + std::to_string(settings.baud) + " " +
                          framing_of(settings));
  }
  return {};
}

Result<std::size_t> SerialAdapter::write(std::string_view bytes) {
  const int count = sp_nonblocking_write(impl_->port, bytes.data(), bytes.size());
  if (count < 0) return impl_->trouble("cannot be written");
  return static_cast<std::size_t>(count);
}

Result<std::string> SerialAdapter::read() {
  std::array<char, 4096> bytes;
  const int count = sp_nonblocking_read(impl_->port, bytes.data(), bytes.size());
  if (count < 0) return impl_->trouble("cannot be read");
  return std::string(bytes.data(), static_cast<std::size_t>(count));
}

Result<SerialInputs> SerialAdapter::inputs() const {
  sp_signal mask{};
  if (sp_get_signals(impl_->port, &mask) != SP_OK) return impl_->trouble("does not answer");
  const auto set = [&](sp_signal signal) { return (mask & signal) != 0; };
  return SerialInputs{.cts = set(SP_SIG_CTS), .dsr = set(SP_SIG_DSR), .dcd = set(SP_SIG_DCD)};
}

Result<void> SerialAdapter::set_rts(bool asserted) {
  if (sp_set_rts(impl_->port, asserted ? SP_RTS_ON : SP_RTS_OFF) != SP_OK) {
    return impl_->trouble("RTS cannot be set");
  }
  return {};
}

Result<void> SerialAdapter::set_dtr(bool asserted) {
  if (sp_set_dtr(impl_->port, asserted ? SP_DTR_ON : SP_DTR_OFF) != SP_OK) {
    return impl_->trouble("DTR cannot be set");
  }
  return {};
}

std::size_t SerialAdapter::queued() const {
  const int count = sp_output_waiting(impl_->port);
  return count > 0 ? static_cast<std::size_t>(count) : 0;
}

void SerialAdapter::purge_output() { sp_flush(impl_->port, SP_BUF_OUTPUT); }
void SerialAdapter::purge_input() { sp_flush(impl_->port, SP_BUF_INPUT); }

}  // namespace p1rig
