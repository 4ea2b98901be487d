// Readers that open sealed telegrams wrongly.

#include <array>
#include <string>

#include "conformance/mutants/mutant_rows.h"
#include "protocol/dlms_frame.h"

namespace p1rig {
namespace {

constexpr auto kFamily = MutantFamily::kEncryption;

void strip_flow_control(std::string& bytes, MutantState&) {
  std::erase_if(bytes, [](char c) { return c == '\x11' || c == '\x13'; });
}

constexpr Mutant frame(std::string_view name, std::string_view summary, Mutant::Opening opening) {
  return {.name = name, .family = kFamily, .summary = summary, .policy = {.opening = opening}};
}

constexpr auto kRows = std::to_array<Mutant>({
    frame("ignores-tag", "decrypts and does not check the tag", {.ignores_tag = true}),
    frame("counter-first", "the IV is counter and title", {.counter_first = true}),
    frame("counter-little-endian", "the IV has the counter's bytes reversed",
          {.counter_little_endian = true}),
    frame("keeps-title", "the IV has the title of the first frame", {.keeps_title = true}),
    frame("key-reversed", "the authentication key reversed", {.key_reversed = true}),
    frame("no-additional-data", "no additional data", {.no_additional_data = true}),
    frame("no-security-octet", "additional data without its 30", {.no_security_octet = true}),
    frame("no-short-length", "rejects a length of one byte", {.refuses_form = LengthForm::kOne}),
    frame("no-81-length", "rejects a length in the form 81", {.refuses_form = LengthForm::k81}),
    frame("82-is-130", "takes a length byte above 7F for the length",
          {.refuses_form = LengthForm::k82}),
    frame("needs-shortest-length", "rejects a length in more bytes than it needs",
          {.needs_shortest_form = true}),
    frame("read-is-frame", "takes everything from one read for one frame", {.read_is_frame = true}),
    frame("db-begins-frame", "starts another frame at DB within a frame",
          {.refuses_db_inside = true}),
    frame("sealed-only", "rejects plain telegrams once it has a key", {.refuses_plain = true}),
    frame("accepts-replay", "reports a frame that was sent before", {.accepts_replay = true}),
    frame("no-counter-gap", "rejects a counter that is not the next", {.needs_next_counter = true}),
    frame("no-counter-reset", "rejects a counter that begins at 0 again", {.refuses_reset = true}),
    frame("gives-up-after-bad", "reads nothing after a frame that cannot be decrypted",
          {.gives_up_after_bad = true}),
    frame("loses-after-bad", "loses three frames after one that cannot be decrypted",
          {.loses_after_bad = true}),
    frame("tells-garbage", "reports the garbage that a wrong key gives", {.tells_garbage = true}),
    frame("crashes-at-bad-frame", "crashes on a frame that cannot be decrypted",
          {.crashes_at_bad = true}),
    byte_filter("strips-flow-control", kFamily, "11 and 13 are taken out of the stream",
                strip_flow_control),
});

}  // namespace

std::span<const Mutant> encryption_mutants() { return kRows; }

}  // namespace p1rig
