#include "simulator/line/modem_shim.h"

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <system_error>

#include "process/fd.h"
#include "simulator/line/alive.h"
#include "simulator/line/event_loop.h"
#include "simulator/line/tty_settings.h"

namespace p1rig {
namespace {

using boost::asio::posix::stream_descriptor;

/// Inputs of the reader's port, as on an emulated cable: the meter's side is always ready.
constexpr std::uint32_t kInputs = TIOCM_CTS | TIOCM_DSR | TIOCM_CAR;

struct Sender {
  sockaddr_un address{};
  socklen_t size = 0;
  bool trusted = false;
};

/// Receives one datagram; nothing if there is none, or none of ours.
std::optional<ShimMessage> receive(int socket, Sender& sender, bool& empty) {
  std::array<char, sizeof(ShimDatagram) + 1> bytes{};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(ucred))> control{};
  iovec part{.iov_base = bytes.data(), .iov_len = bytes.size()};
  msghdr header{};
  header.msg_name = &sender.address;
  header.msg_namelen = sizeof sender.address;
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  const ssize_t size = ::recvmsg(socket, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  empty = size < 0;
  if (size < 0) return std::nullopt;
  sender.size = header.msg_namelen;
  for (cmsghdr* part_of = CMSG_FIRSTHDR(&header); part_of != nullptr;
       part_of = CMSG_NXTHDR(&header, part_of)) {
    if (part_of->cmsg_level != SOL_SOCKET || part_of->cmsg_type != SCM_CREDENTIALS) continue;
    ucred credentials{};
    std::memcpy(&credentials, CMSG_DATA(part_of), sizeof credentials);
    sender.trusted = credentials.uid == ::getuid() || credentials.uid == 0;
  }
  return decode_shim({bytes.data(), static_cast<std::size_t>(size)});
}

bool is_separator(char c) { return c == ':' || c == ' '; }

}  // namespace

ShimPort::ShimPort(const LineSettings& settings) : first_flags_(flags_of(settings) | HUPCL) {
  flags_ = first_flags_;
}

void ShimPort::open() { lines_ = {.rts = true, .dtr = true}; }

void ShimPort::close() {
  if ((flags_ & HUPCL) != 0) lines_ = {};
  flags_ = first_flags_;
  settings_.reset();
  heard_ = false;
}

ShimMessage ShimPort::take(const ShimMessage& request) {
  heard_ = true;
  switch (request.operation) {
    case ShimOperation::kSetSettings:
      set_flags(request.flags, request.baud);
      break;
    case ShimOperation::kSetLines:
      set_lines(request.lines);
      break;
    case ShimOperation::kRaiseLines:
      set_lines(line_bits() | request.lines);
      break;
    case ShimOperation::kDropLines:
      set_lines(line_bits() & ~request.lines);
      break;
    case ShimOperation::kStartBreak:
    case ShimOperation::kSendBreak:
      ++breaks_;
      break;
    case ShimOperation::kOpened:
    case ShimOperation::kGetSettings:
    case ShimOperation::kGetLines:
    case ShimOperation::kEndBreak:
      break;
  }
  return {.operation = request.operation, .lines = line_bits() | kInputs, .flags = flags_};
}

/// B0 means "hang up": the lines fall, and rise with the next rate (termios(3)).
void ShimPort::set_flags(std::uint32_t flags, std::uint32_t baud) {
  const bool was_hung_up = (flags_ & CBAUD) == B0;
  const bool hung_up = (flags & CBAUD) == B0;
  flags_ = flags;
  if (hung_up != was_hung_up) lines_ = {.rts = !hung_up, .dtr = !hung_up};
  if (!hung_up) settings_ = settings_of_flags(flags, baud);
}

void ShimPort::set_lines(std::uint32_t lines) {
  lines_ = {.rts = (lines & TIOCM_RTS) != 0, .dtr = (lines & TIOCM_DTR) != 0};
}

std::uint32_t ShimPort::line_bits() const {
  return (lines_.rts ? TIOCM_RTS : 0U) | (lines_.dtr ? TIOCM_DTR : 0U);
}

struct ShimServer::Impl {
  Impl(EventLoop& loop, Fd listener, std::string its_name, Answer its_answer)
      : socket(loop.io(), listener.release()),
        name(std::move(its_name)),
        answer(std::move(its_answer)) {
    listen();
  }

  void listen() {
    socket.async_wait(stream_descriptor::wait_read, alive.guard([this](const auto& error) {
      if (error) return;
      hear();
      listen();
    }));
  }

  void hear() {
    constexpr int kMostAtOnce = 64;
    bool empty = false;
    for (int i = 0; i < kMostAtOnce && !empty; ++i) {
      Sender sender;
      const auto request = receive(socket.native_handle(), sender, empty);
      if (!request || !sender.trusted) continue;
      const ShimDatagram reply = encode_shim(answer(*request));
      static_cast<void>(::sendto(socket.native_handle(), reply.data(), reply.size(),
                                 MSG_DONTWAIT | MSG_NOSIGNAL,
                                 reinterpret_cast<const sockaddr*>(&sender.address), sender.size));
    }
  }

  stream_descriptor socket;
  std::string name;
  Answer answer;
  Alive alive;
};

ShimServer::ShimServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ShimServer::~ShimServer() = default;

Result<std::unique_ptr<ShimServer>> ShimServer::open(EventLoop& loop, Answer answer) {
  Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  socklen_t size = sizeof address;
  const int yes = 1;
  // The kernel finds an abstract name that nobody has.
  if (!socket || ::setsockopt(socket.get(), SOL_SOCKET, SO_PASSCRED, &yes, sizeof yes) != 0 ||
      ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(sa_family_t)) != 0 ||
      ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return fail(std::string("no socket for the reader's shim: ") + std::strerror(errno));
  }
  const std::size_t length = size - offsetof(sockaddr_un, sun_path) - 1;
  std::string name(static_cast<const char*>(address.sun_path) + 1, length);
  return std::unique_ptr<ShimServer>(new ShimServer(
      std::make_unique<Impl>(loop, std::move(socket), std::move(name), std::move(answer))));
}

std::string ShimServer::endpoint(std::uint64_t device) const {
  std::array<char, 20> number{};
  std::snprintf(number.data(), number.size(), "%llx", static_cast<unsigned long long>(device));
  return std::string(number.data()) + "=" + impl_->name;
}

Result<std::filesystem::path> find_shim() {
  constexpr const char* kName = "libp1rig_shim.so";
  std::error_code error;
  const auto folder = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  const std::array<std::filesystem::path, 3> places = {
      folder / kName, folder.parent_path() / P1RIG_LIBRARY_FOLDER / kName, P1RIG_BUILT_SHIM};
  for (const auto& place : places) {
    if (!std::filesystem::exists(place, error)) continue;
    const std::string path = place.string();
    for (const char c : path) {
      if (is_separator(c)) return fail(path + ": LD_PRELOAD cannot name a path with '" + c + "'");
    }
    return place;
  }
  return fail(std::string(kName) + " is missing: it belongs next to p1rig, or in " +
              places[1].parent_path().string());
}

Result<Environment> shim_environment(std::span<Line* const> lines) {
  std::string endpoints;
  for (const Line* line : lines) {
    const std::string endpoint = line->shim();
    if (!endpoint.empty()) endpoints += (endpoints.empty() ? "" : ",") + endpoint;
  }
  if (endpoints.empty()) return Environment{};
  const auto library = find_shim();
  if (!library) return tl::unexpected(library.error());
  const char* before = std::getenv("LD_PRELOAD");
  const bool more = before != nullptr && *before != '\0';
  return Environment{{"LD_PRELOAD", library->string() + (more ? ":" + std::string(before) : "")},
                     {"P1RIG_SHIM", endpoints}};
}

}  // namespace p1rig
