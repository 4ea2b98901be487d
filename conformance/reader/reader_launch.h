#pragma once

#include <map>
#include <string>
#include <vector>

#include "conformance/reader/reader_file.h"
#include "simulator/profile/profile.h"

namespace p1rig {

/// What the reader learns about its environment.
struct ReaderPlace {
  std::string endpoint;
  const Profile& profile;
  std::string key_file = {};     ///< path; empty for plain telegrams
  std::string observed_at = {};  ///< where p1rig listens to it, or asks it
};

/// A program with its arguments, and what is added to its environment.
struct ReaderLaunch {
  std::vector<std::string> command;
  std::map<std::string, std::string> environment;
};

/// The command and environment of a reader file with {endpoint}, {profile}, {dialect}, {here},
/// {baud}, {framing}, {observe}, {p1rig} and {key_file} filled in, and P1RIG_ENDPOINT and the others
/// of the reader contract.
ReaderLaunch launch_of(const ReaderFile& reader, const ReaderPlace& place);

}  // namespace p1rig
