// Readers that do wrong at the line.

#include <array>
#include <chrono>

#include "conformance/mutants/mutant_rows.h"

namespace p1rig {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto kFamily = MutantFamily::kLine;

constexpr Mutant line(std::string_view name, std::string_view summary, LineHabits habits) {
  return {
      .name = name, .family = kFamily, .summary = summary, .has_habits = true, .habits = habits};
}

constexpr auto kRows = std::to_array<Mutant>({
    line("opens-at-9600", "opens the line at 9600 baud", {.baud = 9600}),
    line("opens-at-115200", "opens the line at 115200 baud", {.baud = 115200}),
    line("opens-7e1", "opens the line with 7E1", {.framing = "7E1"}),
    line("opens-8n1", "opens the line with 8N1", {.framing = "8N1"}),
    line("greets-meter", "writes to the meter when it opens the line", {.writes_at_open = 5}),
    line("acknowledges", "writes to the meter after each telegram", {.writes_a_telegram = 1}),
    line("sends-xon", "opens the line with xonxoff", {.flow_control_a_telegram = 1}),
    line("never-requests", "never raises Data Request", {.never_requests = true}),
    line("requests-late", "raises Data Request after data was due", {.requests_late = true}),
    line("releases-early", "releases Data Request within telegrams",
         {.releases_in_telegram = true}),
    line("toggles-request", "toggles Data Request all the time", {.edges_a_telegram = 8}),
    line("opens-once", "does not reopen a line that disappeared", {.opens_once = true}),
    line("ends-at-silence", "ends after a second of silence", {.gives_up = seconds{1}}),
    line("deaf-after-silence", "reads nothing after a second of silence",
         {.deaf_after = seconds{1}}),
    line("ends-after-3s", "ends after three seconds of silence", {.gives_up = seconds{3}}),
    line("ends-after-12s", "ends after twelve seconds of silence", {.gives_up = seconds{12}}),
    line("ends-after-35s", "ends after 35 seconds of silence", {.gives_up = seconds{35}}),
    line("closes-after-3s", "closes the line after three seconds of silence",
         {.closes_after = seconds{3}}),
    line("closes-after-12s", "closes the line after twelve seconds of silence",
         {.closes_after = seconds{12}}),
    line("closes-after-35s", "closes the line after 35 seconds of silence",
         {.closes_after = seconds{35}}),
    line("repeats-in-silence", "repeats the last telegram after a second of silence",
         {.repeats_after = seconds{1}}),
    line("trusts-silence", "waits forever on a connection that died silently",
         {.trusts_silence = true}),
    line("falls-behind", "reports each telegram later than the previous one",
         {.later_each = milliseconds{20}}),
    line("leaks", "keeps 256 KiB for each telegram", {.leak = 256U << 10U}),
    line("deaf-while-busy", "loses a telegram that comes while it is busy",
         {.deaf_while_busy = true}),
});

}  // namespace

std::span<const Mutant> line_mutants() { return kRows; }

}  // namespace p1rig
