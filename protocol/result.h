#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace p1rig {

/// What went wrong, for a person to read: where, what was expected, what to do.
struct Error {
  std::string message;
  bool operator==(const Error&) const = default;
};

/// A value or the reason why there is none. Bad bytes on a line are data, never an Error.
template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(std::string message) {
  return tl::make_unexpected(Error{std::move(message)});
}

}  // namespace p1rig
