#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace p1rig {

/// The folder that holds profiles/, captures/ and conformance/: $P1RIG_DATA, else the source
/// tree that the program lies in, else the installed share folder.
std::filesystem::path data_dir();

/// The TOML files of one of its folders, by stem.
std::map<std::string, std::filesystem::path> list_data(std::string_view folder);

}  // namespace p1rig
