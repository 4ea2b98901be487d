// Preloaded into a reader (LD_PRELOAD): gives a pseudo-terminal what the kernel does not give it, the
// modem lines, the framing and breaks, by asking the meter at the other end. Everything else goes
// through untouched, and so does everything where the meter does not answer.
//
// P1RIG_SHIM names the terminals: "8804=p1rig-123-0,8805=…", the device number in hex and the abstract
// name of the socket. Of a program that makes its system calls without the C library, or is linked
// statically, nothing is seen.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "simulator/line/shim_message.h"

namespace {

using p1rig::ShimMessage;
using p1rig::ShimOperation;

struct Terminal {
  unsigned long device;
  sockaddr_un address;
  socklen_t size;
};

constexpr int kMostTerminals = 8;
constexpr tcflag_t kFraming = CSIZE | PARENB | PARODD | CSTOPB | CMSPAR;

Terminal terminals[kMostTerminals];
int terminal_count = 0;

// The kernel's own structures, whose flags are the first four words of both (asm-generic/termbits.h);
// <asm/termbits.h> cannot are beside <termios.h>.
struct KernelTermios {
  unsigned int iflag, oflag, cflag, lflag;
  unsigned char line, control[19];
  unsigned int ispeed, ospeed;  // of TCGETS2 and TCSETS2 alone
};
constexpr std::size_t kShortTermios = offsetof(KernelTermios, ispeed);
constexpr unsigned long kGet2 = 0x802C542A, kSet2 = 0x402C542B, kSetWait2 = 0x402C542C,
                        kSetFlush2 = 0x402C542D;
constexpr unsigned int kOtherBaud = 0x1000, kBaudMask = 0x100F;

/// Reads P1RIG_SHIM. What is not understood is left out.
void read_environment() {
  const char* text = ::getenv("P1RIG_SHIM");
  while (text != nullptr && *text != '\0' && terminal_count < kMostTerminals) {
    char* rest = nullptr;
    Terminal& terminal = terminals[terminal_count];
    terminal.device = ::strtoul(text, &rest, 16);
    if (rest == text || *rest != '=') return;
    const char* name = rest + 1;
    const std::size_t length = ::strcspn(name, ",");
    if (length == 0 || length >= sizeof terminal.address.sun_path) return;
    terminal.address.sun_family = AF_UNIX;
    ::memcpy(terminal.address.sun_path + 1, name, length);
    terminal.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + length);
    ++terminal_count;
    text = name[length] == ',' ? name + length + 1 : nullptr;
  }
}

/// The C library's own functions.
struct Library {
  int (*open)(const char*, int, ...) = nullptr;
  int (*open64)(const char*, int, ...) = nullptr;
  int (*openat)(int, const char*, int, ...) = nullptr;
  int (*openat64)(int, const char*, int, ...) = nullptr;
  int (*lstat)(const char*, struct stat*) = nullptr;
  int (*old_lstat)(int, const char*, struct stat*) = nullptr;
  ssize_t (*readlink)(const char*, char*, size_t) = nullptr;
  int (*tcsetattr)(int, int, const termios*) = nullptr;
  int (*tcgetattr)(int, termios*) = nullptr;
  int (*tcsendbreak)(int, int) = nullptr;
};

template <class Function>
void find_next(Function*& function, const char* name) {
  function = reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

Library found;

__attribute__((constructor)) void prepare() {
  if (found.tcsendbreak != nullptr) return;
  read_environment();
  find_next(found.open, "open");
  find_next(found.open64, "open64");
  find_next(found.openat, "openat");
  find_next(found.openat64, "openat64");
  find_next(found.lstat, "lstat");
  find_next(found.old_lstat, "__lxstat");
  find_next(found.readlink, "readlink");
  find_next(found.tcsetattr, "tcsetattr");
  find_next(found.tcgetattr, "tcgetattr");
  find_next(found.tcsendbreak, "tcsendbreak");  // last: all of them are there now
}

/// Other libraries may open files before it is our turn to be prepared.
const Library& library() {
  if (found.tcsendbreak == nullptr) prepare();
  return found;
}

const Terminal* terminal_of(int descriptor) {
  struct stat status;
  if (terminal_count == 0 || ::fstat(descriptor, &status) != 0 || !S_ISCHR(status.st_mode)) {
    return nullptr;
  }
  for (int i = 0; i < terminal_count; ++i) {
    if (terminals[i].device == status.st_rdev) return &terminals[i];
  }
  return nullptr;
}

/// Asks the meter. False if it does not answer; errno stays what it was.
bool ask(const Terminal& terminal, ShimMessage& message) {
  const int before = errno;
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  bool answered = false;
  if (socket >= 0) {
    // Only a stopped meter is that slow; then the reader continues without it.
    const timeval patience = {5, 0};
    sockaddr_un any = {};
    any.sun_family = AF_UNIX;  // without a name: the kernel gives one
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    const p1rig::ShimDatagram request = p1rig::encode_shim(message);
    char reply[sizeof request + 1];
    if (::bind(socket, reinterpret_cast<const sockaddr*>(&any), sizeof(sa_family_t)) == 0 &&
        ::connect(socket, reinterpret_cast<const sockaddr*>(&terminal.address), terminal.size) ==
            0 &&
        ::send(socket, request.data(), request.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(request.size())) {
      ssize_t size = 0;
      do {
        size = ::recv(socket, reply, sizeof reply, 0);
      } while (size < 0 && errno == EINTR);
      if (size > 0) {
        const auto decoded = p1rig::decode_shim({reply, static_cast<std::size_t>(size)});
        answered = decoded.has_value() && decoded->operation == message.operation;
        if (answered) message = *decoded;
      }
    }
    ::close(socket);
  }
  errno = before;
  return answered;
}

bool tell(const Terminal& terminal, ShimOperation operation) {
  ShimMessage message{.operation = operation};
  return ask(terminal, message);
}

int real_ioctl(int descriptor, unsigned long request, void* argument) {
  return static_cast<int>(::syscall(SYS_ioctl, descriptor, request, argument));
}

/// What the kernel is asked for instead: it has eight bits and no parity only, and the C library
/// takes its silence about that for an error.
unsigned int without_framing(unsigned int cflag) {
  return (cflag & ~static_cast<unsigned int>(kFraming)) | CS8;
}

/// The terminal's flags with the framing that the reader has asked for.
void add_framing(const Terminal& terminal, tcflag_t& cflag) {
  ShimMessage message{.operation = ShimOperation::kGetSettings};
  if (ask(terminal, message)) cflag = (cflag & ~kFraming) | (message.flags & kFraming);
}

/// The modem lines, and breaks. False if `request` is about neither, or the meter is silent.
bool modem_ioctl(const Terminal& terminal, unsigned long request, void* argument) {
  ShimMessage message;
  switch (request) {
    case TIOCMGET:
      message.operation = ShimOperation::kGetLines;
      break;
    case TIOCMSET:
      message.operation = ShimOperation::kSetLines;
      break;
    case TIOCMBIS:
      message.operation = ShimOperation::kRaiseLines;
      break;
    case TIOCMBIC:
      message.operation = ShimOperation::kDropLines;
      break;
    case TIOCSBRK:
      return tell(terminal, ShimOperation::kStartBreak);
    case TIOCCBRK:
      return tell(terminal, ShimOperation::kEndBreak);
    case TCSBRKP:
      return tell(terminal, ShimOperation::kSendBreak);
    case TCSBRK:  // with another argument it is tcdrain()
      return argument == nullptr && tell(terminal, ShimOperation::kSendBreak);
    default:
      return false;
  }
  if (argument == nullptr) return false;
  int& lines = *static_cast<int*>(argument);
  message.lines = static_cast<std::uint32_t>(lines);
  if (!ask(terminal, message)) return false;
  if (request == TIOCMGET) lines = static_cast<int>(message.lines);
  return true;
}

int get_termios(const Terminal& terminal, int descriptor, unsigned long request, void* argument) {
  const int result = real_ioctl(descriptor, request, argument);
  if (result == 0) add_framing(terminal, static_cast<KernelTermios*>(argument)->cflag);
  return result;
}

int set_termios(const Terminal& terminal, int descriptor, unsigned long request,
                const void* argument, std::size_t size) {
  KernelTermios wanted;
  ::memcpy(&wanted, argument, size);
  ShimMessage message{.operation = ShimOperation::kSetSettings, .flags = wanted.cflag};
  if (size > kShortTermios && (wanted.cflag & kBaudMask) == kOtherBaud) {
    message.baud = wanted.ospeed;
  }
  if (ask(terminal, message)) wanted.cflag = without_framing(wanted.cflag);
  return real_ioctl(descriptor, request, &wanted);
}

/// Is this where the kernel would describe the serial port, if our terminal were one? libserialport
/// opens nothing that is not described there.
bool is_description(const char* path) {
  constexpr char kFolder[] = "/sys/class/tty/";
  if (path == nullptr || ::strncmp(path, kFolder, sizeof kFolder - 1) != 0) return false;
  char device[64] = "/dev/";
  const char* name = path + sizeof kFolder - 1;
  if (::strlen(name) + sizeof "/dev/" > sizeof device) return false;
  ::strcat(device, name);
  struct stat status;
  const int before = errno;
  const bool is_there = ::stat(device, &status) == 0 && S_ISCHR(status.st_mode);
  errno = before;
  for (int i = 0; is_there && i < terminal_count; ++i) {
    if (terminals[i].device == status.st_rdev) return true;
  }
  return false;
}

/// Tells the meter that its terminal was opened.
int opened(int descriptor) {
  if (descriptor >= 0) {
    const int before = errno;
    if (const Terminal* terminal = terminal_of(descriptor)) tell(*terminal, ShimOperation::kOpened);
    errno = before;
  }
  return descriptor;
}

/// The mode, which is there only where a file may be created.
mode_t mode_of(int flags, va_list arguments) {
  const bool creates = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  return creates ? static_cast<mode_t>(va_arg(arguments, int)) : 0;
}

}  // namespace

#define P1RIG_EXPORT extern "C" __attribute__((visibility("default")))

P1RIG_EXPORT int ioctl(int descriptor, unsigned long request, ...) noexcept {
  va_list arguments;
  va_start(arguments, request);
  void* argument = va_arg(arguments, void*);
  va_end(arguments);
  const int before = errno;
  const Terminal* terminal = terminal_of(descriptor);
  errno = before;
  if (terminal == nullptr) return real_ioctl(descriptor, request, argument);
  switch (request) {
    case TCGETS:
    case kGet2:
      return get_termios(*terminal, descriptor, request, argument);
    case TCSETS:
    case TCSETSW:
    case TCSETSF:
      return set_termios(*terminal, descriptor, request, argument, kShortTermios);
    case kSet2:
    case kSetWait2:
    case kSetFlush2:
      return set_termios(*terminal, descriptor, request, argument, sizeof(KernelTermios));
    default:
      if (modem_ioctl(*terminal, request, argument)) return 0;
      return real_ioctl(descriptor, request, argument);
  }
}

P1RIG_EXPORT int tcsetattr(int descriptor, int actions, const termios* wanted) noexcept {
  const auto real = library().tcsetattr;
  const Terminal* terminal = terminal_of(descriptor);
  if (terminal == nullptr || wanted == nullptr) return real(descriptor, actions, wanted);
  ShimMessage message{.operation = ShimOperation::kSetSettings, .flags = wanted->c_cflag};
  termios taken = *wanted;
  if (ask(*terminal, message)) taken.c_cflag = without_framing(taken.c_cflag);
  return real(descriptor, actions, &taken);
}

P1RIG_EXPORT int tcgetattr(int descriptor, termios* settings) noexcept {
  const auto real = library().tcgetattr;
  const int result = real(descriptor, settings);
  if (result == 0) {
    const int before = errno;
    if (const Terminal* terminal = terminal_of(descriptor)) {
      add_framing(*terminal, settings->c_cflag);
    }
    errno = before;
  }
  return result;
}

P1RIG_EXPORT int tcsendbreak(int descriptor, int duration) noexcept {
  const auto real = library().tcsendbreak;
  const Terminal* terminal = terminal_of(descriptor);
  if (terminal != nullptr && tell(*terminal, ShimOperation::kSendBreak)) return 0;
  return real(descriptor, duration);
}

P1RIG_EXPORT int open(const char* path, int flags, ...) {
  const auto real = library().open;
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return opened(real(path, flags, mode));
}

P1RIG_EXPORT int open64(const char* path, int flags, ...) {
  const auto real = library().open64;
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return opened(real(path, flags, mode));
}

P1RIG_EXPORT int openat(int folder, const char* path, int flags, ...) {
  const auto real = library().openat;
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return opened(real(folder, path, flags, mode));
}

P1RIG_EXPORT int openat64(int folder, const char* path, int flags, ...) {
  const auto real = library().openat64;
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return opened(real(folder, path, flags, mode));
}

// What a program compiled with -D_FORTIFY_SOURCE calls.
P1RIG_EXPORT int __open_2(const char* path, int flags) { return open(path, flags); }
P1RIG_EXPORT int __open64_2(const char* path, int flags) { return open64(path, flags); }

// The kernel's description of a port is a link, here one to nowhere.
P1RIG_EXPORT int lstat(const char* path, struct stat* status) noexcept {
  const auto real = library().lstat;
  if (!is_description(path)) return real(path, status);
  *status = {};
  status->st_mode = S_IFLNK | 0777;
  return 0;
}

// What programs call that were built for a C library before 2.33.
P1RIG_EXPORT int __lxstat(int version, const char* path, struct stat* status) {
  const auto real = library().old_lstat;
  return is_description(path) ? lstat(path, status) : real(version, path, status);
}

P1RIG_EXPORT ssize_t readlink(const char* path, char* target, size_t size) noexcept {
  const auto real = library().readlink;
  if (!is_description(path)) return real(path, target, size);
  constexpr char kTarget[] = "../../devices/virtual/tty/p1";
  const size_t length = size < sizeof kTarget - 1 ? size : sizeof kTarget - 1;
  ::memcpy(target, kTarget, length);
  return static_cast<ssize_t>(length);
}
