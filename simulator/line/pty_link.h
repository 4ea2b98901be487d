#pragma once

#include <string>

#include "protocol/result.h"

namespace p1rig {

/// The symbolic link by which a reader finds the pseudo-terminal. Removed at the end, where it still
/// points there.
class PtyLink {
 public:
  /// Makes `path` point to `terminal` ("/dev/pts/4"). Replaces only what an earlier run left behind:
  /// a link to a terminal that is gone, or to `terminal` itself. Everything else is an error and
  /// stays as it is.
  static Result<PtyLink> make(const std::string& path, const std::string& terminal);

  PtyLink() = default;
  PtyLink(PtyLink&& other) noexcept;
  PtyLink& operator=(PtyLink&& other) noexcept;
  PtyLink(const PtyLink&) = delete;
  PtyLink& operator=(const PtyLink&) = delete;
  ~PtyLink();

 private:
  PtyLink(std::string path, std::string terminal);

  std::string path_, terminal_;
};

}  // namespace p1rig
