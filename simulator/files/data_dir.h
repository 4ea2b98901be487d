#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace p1rig {

/// The directory that holds profiles/, captures/ and conformance/: $P1RIG_DATA, else the share
/// directory that was installed with the program, else the source tree that it was built from.
std::filesystem::path data_dir();

/// The TOML files of one of its directories, by stem.
std::map<std::string, std::filesystem::path> list_data(std::string_view folder);

}  // namespace p1rig
