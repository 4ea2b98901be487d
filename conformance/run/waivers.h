#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/run/conform_report.h"
#include "protocol/result.h"
#include "simulator/files/document.h"
#include "simulator/files/output_guard.h"

namespace p1rig {

// A waiver says which failures are known, and why, so that a suite can be green from day one:
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
  bool covers_crash = false;  ///< without it, a waiver covers neither a crash nor a hang
  Place place = {};
};

struct Waivers {
  std::string file;
  std::vector<Waiver> all;
};

/// The error has one line for each problem, with file:line:column.
Result<Waivers> load_waivers(const std::filesystem::path& file);
Result<Waivers> parse_waivers(std::string file, std::string text);

/// Turns a failure that a waiver expects into an xfail, and a pass despite a waiver into an xpass.
void apply_waivers(const Waivers& waivers, CaseResult& result);

/// The waivers that match no result. They count if the whole suite ran at one of the meters that the
/// pattern matches: then nothing can ever match it.
std::vector<UnusedWaiver> unused_waivers(const Waivers& waivers, const ConformReport& report);

/// A file with which a run like this one is as expected: what was waived with its reason, what else
/// failed with one to be filled in. What no longer fails is left out. `earlier` is the former content
/// of this file: its reasons are kept, too.
std::string waiver_file(const ConformReport& report, const Waivers& before,
                        const Waivers& earlier = {});
extern const OutputKind kWaiversKind;

}  // namespace p1rig
