#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "cli/options.h"
#include "conformance/report/columns.h"

namespace p1rig {

/// One row of a list that a command shows.
struct CatalogueEntry {
  std::string name;
  TableRow facts = {};                         ///< what the list says about it, after the name
  std::string json = {};                       ///< an object with "name"
  std::string details = {};                    ///< all of it, for `show NAME`
  std::vector<std::string> former_names = {};  ///< globs that name one of them mean it, too
  std::string broken = {};                     ///< what is wrong with its file; empty if nothing is
};

/// `p1rig WHAT [GLOB…] [show NAME] [--json]`: the list, those that a glob names, or one entry; JSON is
/// an array of objects, or one. An unknown name is answered with the nearest and kUsage. What is broken
/// hides nothing else: it is complained about, the others are shown, and the code is kUsage.
int run_catalogue(std::string_view what, std::string_view summary, const Arguments& arguments,
                  const std::function<std::vector<CatalogueEntry>()>& entries);

/// The same for a command that has options of its own beside --json, and has chosen by them.
int show_catalogue(std::string_view what, const Options& options,
                   const std::vector<CatalogueEntry>& entries);

}  // namespace p1rig
