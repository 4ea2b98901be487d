#include "conformance/run/run_key.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "simulator/random.h"

namespace p1rig {

RunKey::RunKey(std::uint64_t seed) {
  for (std::uint64_t i = 0; i < 2; ++i) digits_ += fmt::format("{:016X}", random_at(seed, 7, i));
  keys_ = *parse_frame_keys(digits_);
}

Result<void> RunKey::write() {
  auto folder = TemporaryFolder::make();
  if (!folder) return tl::make_unexpected(folder.error());
  folder_.emplace(std::move(*folder));
  path_ = folder_->path() + "/key";
  std::ofstream file(path_);
  file << digits_ << std::endl;
  return file ? Result<void>{} : fail(path_ + ": cannot be written: " + std::strerror(errno));
}

}  // namespace p1rig
