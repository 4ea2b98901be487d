#include "conformance/mutants/compose.h"

namespace p1rig {
namespace {

/// What is not as in the reference is taken over.
template <class Settings, class... Members>
void take_over(Settings& to, const Settings& from, Members... members) {
  const Settings reference{};
  const auto take = [&](auto member) {
    if (!(from.*member == reference.*member)) to.*member = from.*member;
  };
  (take(members), ...);
}

void add(Mutant::Framing& to, const Mutant::Framing& from) {
  using F = Mutant::Framing;
  take_over(to, from, &F::bang_anywhere, &F::slash_anywhere, &F::never_restarts,
            &F::begins_anywhere, &F::bang_opens, &F::needs_line_between, &F::tells_fragments,
            &F::skips_after_bad, &F::stops_when_full, &F::buffer, &F::line_buffer, &F::gap_loses);
}

void add(Mutant::Opening& to, const Mutant::Opening& from) {
  using F = Mutant::Opening;
  take_over(to, from, &F::ignores_tag, &F::counter_first, &F::counter_little_endian,
            &F::keeps_title, &F::key_reversed, &F::no_additional_data, &F::no_security_octet,
            &F::refuses_form, &F::needs_shortest_form, &F::read_is_frame, &F::refuses_db_inside,
            &F::refuses_plain, &F::accepts_replay, &F::needs_next_counter, &F::refuses_reset,
            &F::gives_up_after_bad, &F::loses_after_bad, &F::tells_garbage, &F::crashes_at_bad);
}

void add(LineHabits& to, const LineHabits& from) {
  using H = LineHabits;
  take_over(to, from, &H::baud, &H::framing, &H::writes_at_open, &H::writes_a_telegram,
            &H::flow_control_a_telegram, &H::never_requests, &H::requests_late,
            &H::releases_in_telegram, &H::edges_a_telegram, &H::opens_once, &H::trusts_silence,
            &H::gives_up, &H::closes_after, &H::deaf_after, &H::later_each, &H::leak,
            &H::repeats_after, &H::deaf_while_busy);
}

}  // namespace

Mutant compose(std::span<const Mutant* const> parts) {
  Mutant all{.name = "composed", .family = parts.front()->family, .summary = "several defects"};
  for (const Mutant* part : parts) {
    add(all.policy.framing, part->policy.framing);
    add(all.policy.opening, part->policy.opening);
    add(all.habits, part->habits);
    all.has_habits = all.has_habits || part->has_habits;
  }
  all.parts = parts;
  return all;
}

}  // namespace p1rig
