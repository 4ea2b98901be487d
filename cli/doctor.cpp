#include "conformance/run/doctor.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/reader_choice.h"
#include "conformance/run/conform.h"
#include "simulator/line/event_loop.h"

namespace p1rig {
namespace {

using Kind = DoctorFinding::Kind;

std::string_view mark_of(Kind kind) {
  switch (kind) {
    case Kind::kGood:
      return "ok    ";
    case Kind::kAdvice:
      return "hint  ";
    case Kind::kWrong:
    case Kind::kContract:
    case Kind::kEnvironment:
      break;
  }
  return "WRONG ";
}

int verdict(const std::vector<Kind>& found, const std::string& name) {
  const auto has = [&](Kind kind) { return std::ranges::find(found, kind) != found.end(); };
  if (has(Kind::kContract)) {
    fmt::print("\nThe adapter of {} does not work yet.\n", name);
    return kReaderContract;
  }
  if (has(Kind::kEnvironment)) {
    fmt::print("\n{} cannot be run here.\n", name);
    return kEnvironment;
  }
  if (has(Kind::kWrong)) {
    fmt::print("\nThe adapter of {} works, but reports values that were not sent.\n", name);
    return kNotAsExpected;
  }
  fmt::print("\nThe adapter of {} works: continue with `p1rig conform`.\n", name);
  return kAsExpected;
}

}  // namespace

int run_doctor(const Arguments& arguments) {
  Options options(
      "doctor READER [OPTIONS]",
      "Checks the adapter of a reader: does it start, open its endpoints, report telegrams as\n"
      "the reader contract asks, and with the values that were sent? READER is a name of\n"
      "`p1rig readers` or a path. Exit code 0: it works; 1: values are wrong; 3: it breaks the\n"
      "contract; 4: it cannot be run here.");
  options.values("profile", "P",
                 "this meter; may be repeated; default: one for each dialect of the reader");
  options.values("line", "L",
                 "this endpoint; may be repeated; default: all in the reader file at the first\n"
                 "meter, and the first of them at the others");
  if (const auto code = options.parse(arguments, 1, 1)) return *code;
  auto reader = find_reader(options.words()[0]);
  if (!reader) return complain(kUsage, reader.error().message);
  std::vector<std::string> names = options.list("profile");
  if (names.empty()) {
    for (const std::string& dialect : dialects_of(*reader)) {
      names.emplace_back(profile_of_dialect(dialect));
    }
  }
  auto profiles = find_profiles(names);
  if (!profiles) return complain(kUsage, profiles.error().message);
  for (const std::string& endpoint : options.list("line")) {
    if (auto known = check_endpoint(endpoint, reader->attached); !known) {
      return options.misuse("--line: " + known.error().message);
    }
  }
  fmt::print("{} at {}\n\n", reader->name, fmt::join(names, ", "));
  bool interrupted = false;
  const bool follow_hello = !options.has("profile") && reader->dialects.empty();
  DoctorPlan plan{.reader = std::move(*reader),
                  .profiles = std::move(*profiles),
                  .follow_hello = follow_hello,
                  .endpoints = options.list("line"),
                  .interrupted = [&interrupted] { return interrupted; }};
  EventLoop loop;
  std::vector<Kind> found;
  loop.on_signal([&](int) {
    interrupted = true;
    loop.stop();
  });
  examine_reader(plan, loop, [&](const DoctorFinding& finding) {
    if (interrupted) return;  // the results are not findings
    found.push_back(finding.kind);
    fmt::print("{}{}\n", mark_of(finding.kind), finding.message);
    if (!finding.advice.empty()) fmt::print("      → {}\n", finding.advice);
    std::fflush(stdout);
  });
  if (interrupted) return kInterrupted;
  return verdict(found, plan.reader.name);
}

}  // namespace p1rig
