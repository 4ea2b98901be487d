#include "simulator/line/vhci.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "process/fd.h"

namespace p1rig {
namespace {

const std::string kController = "/sys/devices/platform/vhci_hcd.0/";
constexpr int kFree = 4;  // VDEV_ST_NULL in drivers/usb/usbip/usbip_common.h
constexpr std::string_view kHighSpeedHub = "480";
constexpr int kFullSpeed = 2;  // USB_SPEED_FULL in include/uapi/linux/usb/ch9.h

/// The reason where it fails.
std::optional<std::string> write_to(const std::string& name, const std::string& text) {
  const std::string path = kController + name;
  const Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file || ::write(file.get(), text.data(), text.size()) < 0) {
    const bool refused = errno == EACCES || errno == EPERM;
    return path + ": " + std::strerror(errno) + (refused ? " (needs root)" : "");
  }
  return std::nullopt;
}

/// The device at a port, such as .../usb1/1-3, which the kernel takes away some time after a port has
/// become free: plugged in before that, the next one would be taken for it.
std::optional<std::filesystem::path> device_at(int port) {
  namespace fs = std::filesystem;
  std::error_code error;
  for (const auto& hub : fs::directory_iterator(kController, error)) {
    const std::string name = hub.path().filename().string();
    if (!name.starts_with("usb")) continue;
    std::ifstream speed(hub.path() / "speed");  // two hubs count their ports from 1
    std::string of_hub;
    if (!std::getline(speed, of_hub) || of_hub != kHighSpeedHub) continue;
    const fs::path device = hub.path() / (name.substr(3) + '-' + std::to_string(port + 1));
    if (fs::exists(device, error)) return device;
  }
  return std::nullopt;
}

}  // namespace

Result<int> VhciPort::next_free() {
  std::ifstream status(kController + "status");
  if (!status) {
    return fail(
        "no virtual USB host controller: load the kernel module vhci-hcd (modprobe vhci-hcd, as "
        "root); containers and small kernels do not have it");
  }
  // hub port sta spd dev sockfd local_busid; "hs" ports take devices of up to high speed
  std::string line;
  while (std::getline(status, line)) {
    std::istringstream words(line);
    std::string hub;
    int port = 0;
    int state = 0;
    if (words >> hub >> port >> state && hub == "hs" && state == kFree && !device_at(port)) {
      return port;
    }
  }
  return fail("all ports of the virtual USB host controller are in use");
}

Result<VhciPort> VhciPort::attach(int port, int descriptor) {
  constexpr int kDevice = 1 << 16 | 2;  // bus and address at the far end: anything but zero
  std::ostringstream words;
  words << port << ' ' << descriptor << ' ' << kDevice << ' ' << kFullSpeed;
  if (const auto why = write_to("attach", words.str())) return fail(*why);
  return VhciPort(port);
}

VhciPort::VhciPort(VhciPort&& other) noexcept : port_(std::exchange(other.port_, -1)) {}

VhciPort::~VhciPort() {
  // It fails if the kernel has unplugged it already: nothing is left to do then.
  if (port_ >= 0) static_cast<void>(write_to("detach", std::to_string(port_)));
}

std::optional<std::string> VhciPort::tty() const {
  namespace fs = std::filesystem;
  const auto device = device_at(port_);
  if (!device) return std::nullopt;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/sys/bus/usb-serial/devices", error)) {
    // .../usb1/1-3/1-3:1.0/ttyUSB0. Nothing in there is read: some files wait until the driver is
    // done, which waits for our answers.
    const fs::path port = fs::canonical(entry.path(), error);
    const fs::path file = "/dev" / entry.path().filename();
    if (port.parent_path().parent_path() == *device && fs::exists(file, error)) {
      return file.string();
    }
  }
  return std::nullopt;
}

}  // namespace p1rig
