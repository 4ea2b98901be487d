#include "simulator/line/tty_settings.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "protocol/wording.h"

namespace p1rig {
namespace {

struct BaudRow {
  int baud;
  speed_t speed;
};
constexpr std::array kBauds = {
    BaudRow{300, B300},       BaudRow{600, B600},       BaudRow{1200, B1200},
    BaudRow{2400, B2400},     BaudRow{4800, B4800},     BaudRow{9600, B9600},
    BaudRow{19200, B19200},   BaudRow{38400, B38400},   BaudRow{57600, B57600},
    BaudRow{115200, B115200}, BaudRow{230400, B230400}, BaudRow{460800, B460800},
    BaudRow{921600, B921600},
};

std::optional<speed_t> speed_of(int baud) {
  for (const BaudRow& row : kBauds) {
    if (row.baud == baud) return row.speed;
  }
  return std::nullopt;
}

std::optional<int> baud_of(speed_t speed) {
  for (const BaudRow& row : kBauds) {
    if (row.speed == speed) return row.baud;
  }
  return std::nullopt;
}

// <asm/termbits.h>, which cannot are beside <termios.h>: the rate stands elsewhere as a number.
constexpr tcflag_t kOtherBaud = 0010000;

tcflag_t framing_flags(const LineSettings& settings) {
  constexpr std::array<tcflag_t, 4> kSizes = {CS5, CS6, CS7, CS8};
  tcflag_t flags = kSizes.at(static_cast<std::size_t>(settings.data_bits - 5));
  if (settings.parity != 'N') flags |= PARENB;
  if (settings.parity == 'O') flags |= PARODD;
  if (settings.stop_bits == 2) flags |= CSTOPB;
  return flags;
}

}  // namespace

bool is_pty(int descriptor) {
  // Documentation/admin-guide/devices.txt: 128 to 135 are masters, 136 to 143 slaves; 5:2 is ptmx.
  struct stat status {};
  if (::fstat(descriptor, &status) != 0 || !S_ISCHR(status.st_mode)) return false;
  const unsigned int major_number = major(status.st_rdev);
  return (major_number >= 128 && major_number <= 143) ||
         (major_number == 5 && minor(status.st_rdev) == 2);
}

Result<void> make_raw(int tty, const LineSettings& settings) {
  const auto speed = speed_of(settings.baud);
  if (!speed) return fail("terminals do not support " + std::to_string(settings.baud) + " baud");
  if (settings.data_bits < 5 || settings.data_bits > 8) {
    return fail("terminals do not support " + counted(settings.data_bits, "data bit"));
  }
  termios wanted{};
  if (::tcgetattr(tty, &wanted) != 0) return fail(std::strerror(errno));
  ::cfmakeraw(&wanted);
  ::cfsetspeed(&wanted, *speed);
  wanted.c_cflag |= CREAD | CLOCAL;
  wanted.c_cc[VMIN] = 1;
  wanted.c_cc[VTIME] = 0;
  const auto set_with = [&](const LineSettings& framing) {
    wanted.c_cflag &= ~static_cast<tcflag_t>(CSIZE | PARENB | PARODD | CSTOPB | CRTSCTS);
    wanted.c_cflag |= framing_flags(framing);
    return ::tcsetattr(tty, TCSANOW, &wanted) == 0;
  };
  if (set_with(settings) || (errno == EINVAL && is_pty(tty) && set_with({}))) return {};
  return fail(std::strerror(errno));
}

std::uint32_t flags_of(const LineSettings& settings) {
  return framing_flags(settings) | CREAD | CLOCAL | speed_of(settings.baud).value_or(kOtherBaud);
}

std::optional<LineSettings> settings_of_flags(std::uint32_t flags, std::uint32_t baud) {
  const speed_t speed = flags & CBAUD;
  const auto rate = speed == kOtherBaud ? std::optional(static_cast<int>(baud)) : baud_of(speed);
  if (!rate || *rate <= 0) return std::nullopt;
  constexpr std::array<std::pair<tcflag_t, int>, 4> kSizes = {
      {{CS5, 5}, {CS6, 6}, {CS7, 7}, {CS8, 8}}};
  LineSettings settings{.baud = *rate, .stop_bits = (flags & CSTOPB) != 0 ? 2 : 1};
  for (const auto& [size, bits] : kSizes) {
    if ((flags & CSIZE) == size) settings.data_bits = bits;
  }
  if ((flags & PARENB) != 0) settings.parity = (flags & PARODD) != 0 ? 'O' : 'E';
  return settings;
}

std::optional<TtyView> view_tty(int tty) {
  termios now{};
  if (::tcgetattr(tty, &now) != 0) return std::nullopt;
  return TtyView{.settings = settings_of_flags(now.c_cflag, 0),
                 .errors = {.ignore_break = (now.c_iflag & IGNBRK) != 0,
                            .break_interrupts = (now.c_iflag & BRKINT) != 0,
                            .check_parity = (now.c_iflag & INPCK) != 0,
                            .drop_errors = (now.c_iflag & IGNPAR) != 0}};
}

}  // namespace p1rig
