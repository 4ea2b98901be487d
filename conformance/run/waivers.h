#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/run/conform.h"
#include "protocol/result.h"
#include "simulator/files/document.h"
#include "simulator/files/output_guard.h"

namespace p1rig {

// A waiver says which failures are known, and why, so that a suite can be green from its first day:
//
//   [[waiver]]
//   case = "dsmr-5.0.2/6.2/crc-*@iskra-am550"    # globs over id@profile; without @: at every meter
//   reason = "no CRC is checked yet: issue 12"
//   volatile = true                              # comes and goes: a pass is as expected, too
//   crash = true                                 # the reader ends, or falls silent for good, as well

struct Waiver {
  std::string pattern;
  std::string reason;
  bool comes_and_goes = false;
  bool covers_crash = false;  ///< of a failure alone it covers neither a crash nor a hang
  Place place = {};
};

struct Waivers {
  std::string file;
  std::vector<Waiver> all;
};

/// The error has a line for each thing that is wrong, with file:line:column.
Result<Waivers> load_waivers(const std::filesystem::path& file);
Result<Waivers> parse_waivers(std::string file, std::string text);

/// Makes the failure that a waiver expects an xfail, a pass where it expects a failure an xpass.
void apply_waivers(const Waivers& waivers, CaseResult& result);

/// Those that no result answers to. They count where the whole suite ran and one of the meters that
/// the pattern means was among those that were run: then nothing will ever answer to it.
std::vector<UnusedWaiver> unused_waivers(const Waivers& waivers, const ConformReport& report);

/// A file that makes a run like this one as expected: what was waived with its reason, what failed
/// besides with one to be filled in. What no longer fails is left out. `earlier` is what stood in this
/// very file: its reasons are kept, too.
std::string waiver_file(const ConformReport& report, const Waivers& before,
                        const Waivers& earlier = {});
extern const OutputKind kWaiversKind;

}  // namespace p1rig
