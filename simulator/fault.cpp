#include "simulator/fault.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "protocol/crc16.h"
#include "protocol/crc_algorithms.h"
#include "protocol/dlms_frame.h"
#include "protocol/obis.h"
#include "simulator/document.h"
#include "simulator/fault_edits.h"
#include "simulator/random.h"
#include "simulator/suggest.h"
#include "simulator/zone.h"

namespace p1rig {
namespace {

constexpr auto kText = FaultStage::kText;
constexpr auto kSeal = FaultStage::kSeal;
constexpr auto kFrame = FaultStage::kFrame;
constexpr auto kBytes = FaultStage::kBytes;
constexpr auto kLine = FaultStage::kLine;

constexpr auto kNowhere = FaultPlace::kNone;
constexpr auto kAtLine = FaultPlace::kLine;
constexpr auto kAtByte = FaultPlace::kByte;

/// What "crc=" may be: all but that of P1.
std::span<const std::string_view> other_algorithms() {
  static const std::vector<std::string_view> list = [] {
    std::vector<std::string_view> found;
    for (const CrcAlgorithm& algorithm : crc_algorithms().subspan(1)) {
      found.push_back(algorithm.name);
    }
    return found;
  }();
  return list;
}

/// A row for meters that seal their telegrams. It has no place.
constexpr FaultRow sealed(std::string_view id, std::string_view summary, std::string_view unit,
                          std::int64_t default_amount, FaultStage stage, bool tag_stays_right,
                          FaultEdit* apply) {
  return {id, summary, unit, default_amount, stage, tag_stays_right, kNowhere, apply, false, true};
}

constexpr auto kFaults = std::to_array<FaultRow>({
    {"crc-wrong", "another CRC digit: the first is 1, any one 0", "digit", 0, kBytes, false,
     kNowhere, wrong_crc, false, false, 4},
    {"crc", "the CRC of another algorithm", "algorithm", 1, kBytes, false, kNowhere, other_crc,
     false, false, 13, other_algorithms},
    {"crc-missing", "no CRC after the '!'", "", 0, kBytes, false, kNowhere, drop_crc},
    {"crc-lower-case", "the CRC in lower case", "", 0, kBytes, true, kNowhere, lower_crc},
    {"crc-unpadded", "the CRC without its leading zeros, where it has some", "", 0, kBytes, true,
     kNowhere, unpad_crc},
    {"flip-bit", "flipped bits", "bits", 1, kBytes, false, kAtByte, flip_bits, false, false, 1000},
    {"drop-byte", "lost bytes", "bytes", 1, kBytes, false, kAtByte, drop_bytes},
    {"insert-byte", "random bytes put in", "bytes", 1, kBytes, false, kAtByte, insert_bytes},
    {"insert-nul", "NUL bytes put in, as after a break", "bytes", 1, kBytes, false, kAtByte,
     insert_nul},
    {"insert-ff", "FF bytes put in", "bytes", 1, kBytes, false, kAtByte, insert_ff},
    {"high-bit", "bytes with the eighth bit set, as 7E1 read as 8N1", "bytes", 8, kBytes, false,
     kAtByte, set_high_bits},
    {"telnet", "a telnet command and a doubled FF put in", "", 0, kBytes, false, kAtByte,
     insert_telnet},
    {"noise", "a burst of noise before the telegram", "bytes", 40, kBytes, true, kNowhere,
     prepend_noise},
    {"cut-head", "the beginning is lost", "bytes", 100, kBytes, false, kAtByte, cut_head},
    {"cut-tail", "the end is lost: more than the line end", "bytes", 100, kBytes, false, kAtByte,
     cut_tail},
    {"glue", "no line end after the CRC: the next '/' follows at once", "", 0, kBytes, true,
     kNowhere, glue},
    {"lose-footer", "'!', CRC and line end are lost: the next telegram is glued on", "", 0, kBytes,
     false, kNowhere, lose_footer},
    {"missing-line", "a data line is left out", "", 0, kText, true, kAtLine, miss_line},
    {"double-line", "a data line is sent twice", "", 0, kText, true, kAtLine, double_line},
    {"shuffle-lines", "data lines in another order", "", 0, kText, true, kNowhere, shuffle_lines},
    {"unknown-obis", "an object that no document knows", "", 0, kText, true, kAtLine,
     add_unknown_object},
    {"star-suffix", "OBIS codes with *255", "", 0, kText, true, kAtLine, add_star_suffix},
    {"change-digits", "more leading zeros, or fewer where negative", "digits", 1, kText, true,
     kAtLine, change_digits, true, false, 1000},
    {"missing-unit", "a value without its unit", "", 0, kText, true, kAtLine, drop_unit},
    {"watts", "W instead of kW, the same power", "", 0, kText, true, kAtLine, use_watts},
    {"missing-star", "a value and its unit without '*' between", "", 0, kText, true, kAtLine,
     drop_star},
    {"negative", "a minus before a value", "", 0, kText, true, kAtLine, make_negative},
    {"empty-value", "empty brackets", "", 0, kText, true, kAtLine, empty_value},
    {"lf-only", "lines end with LF", "", 0, kText, true, kNowhere, end_with_lf},
    {"cr-only", "lines end with CR", "", 0, kText, true, kNowhere, end_with_cr},
    {"no-blank-line", "no empty line after the identification", "", 0, kText, true, kNowhere,
     drop_blank_line},
    {"blank-lines", "more empty lines after the identification", "lines", 2, kText, true, kNowhere,
     add_blank_lines},
    {"endless-line", "a line that never ends", "bytes", 200'000, kText, false, kNowhere,
     lengthen_line},
    {"long-message", "a message of so many characters, 1024 allowed", "characters", 1025, kText,
     true, kNowhere, lengthen_message},
    {"slash-and-bang", "a text message with '/' and '!' in it, unencoded", "", 0, kText, true,
     kNowhere, put_slash_and_bang},
    {"wrong-time", "a time that is hours off", "hours", 5, kText, true, kAtLine, shift_time, true,
     false, 23},
    {"invalid-time", "a time that no calendar has", "", 0, kText, true, kAtLine, invalidate_time},
    {"mbus-order", "the device type after the value of its channel", "", 0, kText, true, kNowhere,
     reorder_mbus},
    {"swap-peak", "1-0:1.6.0 with the value before the time", "", 0, kText, true, kNowhere,
     swap_peak_brackets},
    sealed("wrong-key", "sealed with another encryption key", "", 0, kSeal, false, use_other_key),
    sealed("wrong-authentication-key", "sealed with another authentication key", "", 0, kSeal,
           false, use_other_authentication_key),
    sealed("key-change", "another encryption key from now on, and counters from 0 on", "", 0, kSeal,
           false, change_key),
    sealed("replay", "the frame before once more, instead of this telegram", "", 0, kSeal, true,
           replay_frame),
    sealed("counter-repeat", "the counter of the frame before, for another telegram", "", 0, kSeal,
           true, repeat_counter),
    sealed("counter-back", "a lower counter than that of the frame before, once", "counters", 1,
           kSeal, true, step_back),
    sealed("counter-gap", "counters are left out", "counters", 1, kSeal, true, skip_counters),
    sealed("counter-reset", "counters from 0 on, under the same key", "", 0, kSeal, true,
           reset_counter),
    sealed("control-bytes", "a counter that puts '/', '!', DB, control bytes into the ciphertext",
           "", 0, kSeal, true, choose_control_bytes),
    sealed("length-form-short", "a telegram of at most 110 bytes: its length is one octet", "", 0,
           kSeal, true, fit_short_form),
    sealed("length-form-81", "a telegram of at most 238 bytes, its length in the form 81", "", 0,
           kSeal, true, fit_form_81),
    sealed("length-form-82", "a telegram of at most 238 bytes, its length in the form 82", "", 0,
           kSeal, true, fit_form_82),
    sealed("length-form-83", "the length in the form 83, longer than it must be", "", 0, kSeal,
           true, use_form_83),
    sealed("two-frames", "the telegram in two frames, one right behind the other", "", 0, kSeal,
           true, seal_twice),
    sealed("plain-too", "the telegram once more and plain, right behind its frame", "", 0, kSeal,
           true, add_plain),
    sealed("unsealed", "the telegram plain instead of sealed", "", 0, kSeal, true, leave_plain),
    sealed("flip-title", "flipped bits in the system title", "bits", 1, kFrame, false, flip_title),
    sealed("flip-length", "flipped bits in the length", "bits", 1, kFrame, false, flip_length),
    sealed("flip-counter", "flipped bits in the counter", "bits", 1, kFrame, false, flip_counter),
    sealed("flip-ciphertext", "flipped bits in the ciphertext", "bits", 1, kFrame, false,
           flip_ciphertext),
    sealed("flip-tag", "flipped bits in the tag", "bits", 1, kFrame, false, flip_tag),
    sealed("length-too-long", "a length that says more than comes", "bytes", 16, kFrame, false,
           raise_length),
    sealed("length-too-short", "a length that says less than comes", "bytes", 16, kFrame, false,
           lower_length),
    sealed("split-frame", "pauses behind DB, around the ciphertext and amid it", "ms", 1500, kLine,
           true, split_frame),
    {"stall", "a pause inside the telegram", "ms", 500, kLine, true, kAtByte, stall},
    {"drip", "a pause before every byte but the first", "ms", 2, kLine, true, kNowhere, drip},
    {"silence", "the telegram is not sent", "", 0, kLine, false, kNowhere, fall_silent},
    {"late", "the telegram starts late", "ms", 300, kLine, true, kNowhere, start_late},
});

std::vector<std::string_view> names() {
  std::vector<std::string_view> list;
  for (const FaultRow& row : kFaults) list.push_back(row.id);
  return list;
}

template <class T>
std::optional<T> whole_number(std::string_view text) {
  T number{};
  const auto [rest, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc{} || rest != text.data() + text.size()) return std::nullopt;
  return number;
}

/// The amount of "stall=800ms" or "drop-byte=3", in the row's unit.
std::optional<std::int64_t> parse_amount(const FaultRow& row, std::string_view text) {
  std::optional<std::int64_t> amount;
  if (row.words != nullptr) {
    const auto words = row.words();
    const auto word = std::ranges::find(words, text);
    if (word != words.end()) amount = word - words.begin() + 1;
  } else if (row.unit == "ms") {
    const auto duration = parse_duration(text);
    if (duration) amount = duration->count();
  } else if (!row.unit.empty()) {
    amount = whole_number<std::int64_t>(text);
  }
  const std::int64_t most = row.largest_amount;
  const std::int64_t least = row.signed_amount ? -most : 1;
  return amount && *amount != 0 && *amount >= least && *amount <= most ? amount : std::nullopt;
}

/// Why a text is no amount of the row.
std::string wrong_amount(const FaultRow& row, std::string_view text) {
  const std::string begin = std::string(row.id) + ": \"" + std::string(text) + "\" ";
  if (row.unit.empty()) return begin + "is too much: this fault has no amount";
  if (row.words == nullptr) {
    return begin + "is no amount: expected " + std::string(row.unit) +
           (row.unit == "ms" ? ", such as 800ms" : ", such as 3") + ", at most " +
           std::to_string(row.largest_amount);
  }
  const auto words = row.words();
  std::string list;
  for (const std::string_view word : words) list += (list.empty() ? "" : ", ") + std::string(word);
  return begin + "is none of: " + list + did_you_mean(text, {words.begin(), words.end()});
}

/// Whether "at=" can mean this: an object, or a byte or line by number.
bool is_place(std::string_view text) {
  if (text == "crc") return true;
  if (text.starts_with("byte:")) return whole_number<std::uint32_t>(text.substr(5)).has_value();
  if (text.starts_with("line:")) {
    return whole_number<std::uint32_t>(text.substr(5)).value_or(0) >= 1;
  }
  const auto written = parse_obis(text);
  return written && written->form == ObisForm::kPlain;
}

/// Times of faults have no meter's zone: ISO with Z or an offset.
Result<std::chrono::sys_seconds> parse_time(std::string_view text) {
  static const Result<Zone> utc = Zone::find("Etc/UTC");
  return utc->parse_instant(text);
}

Result<void> set_option(std::string_view key, std::string_view value, FaultRequest& request) {
  if (key == "every") {
    const auto every = whole_number<std::uint64_t>(value);
    if (!every || *every == 0) return fail("every: expected a number from 1 on");
    request.every = *every;
  } else if (key == "at") {
    if (!is_place(value)) {
      return fail(
          "at: expected an OBIS code such as 1-0:1.7.0, byte:N (from 0), line:N (from 1) or crc");
    }
    request.at = std::string(value);
  } else if (key == "from" || key == "until") {
    const auto time = parse_time(value);
    if (!time) return fail(std::string(key) + ": " + time.error().message);
    (key == "from" ? request.from : request.until) = *time;
  } else {
    const bool has_place = kFaults[request.row].at != FaultPlace::kNone;
    std::vector<std::string_view> known = {"every", "from", "until"};
    if (has_place) known.emplace_back("at");
    const std::string meant = did_you_mean(key, known);
    return fail("unknown option \"" + std::string(key) + "\"" +
                (!meant.empty() ? meant
                 : has_place    ? ": expected every, at, from or until"
                                : ": expected every, from or until"));
  }
  return {};
}

/// The CRC as `old` was written: in lower case, without leading zeros.
std::string crc_like(std::string_view old, std::uint16_t crc) {
  std::string digits = to_hex(crc);
  if (old.size() < digits.size()) {
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  }
  if (old.find_first_of("abcdef") != std::string_view::npos) {
    for (char& digit : digits) {
      if (digit >= 'A') digit = static_cast<char>(digit - 'A' + 'a');
    }
  }
  return digits;
}

/// Puts the CRC of the changed text where the old one was.
void renew_crc(Passage& passage) {
  const auto crc = passage.crc();
  if (!crc) return;
  const std::string_view bytes = passage.bytes;
  passage.bytes.replace(crc->at, crc->digits,
                        crc_like(bytes.substr(crc->at, crc->digits),
                                 crc_of(*passage.crc_algorithm, bytes.substr(0, crc->at))));
}

/// The frame that the bytes begin with; all 0 where they begin with none.
Passage::Frame frame_at_start(std::string_view bytes) {
  const FrameHead head = read_frame_head(bytes);
  if (head.verdict != FrameHead::Verdict::kFrame || head.size > bytes.size()) return {};
  const auto parts = parse_frame(bytes.substr(0, head.size));
  if (!parts) return {};
  return {head.size - kTagSize - parts->ciphertext.size(), head.size};
}

/// The telegram as a frame, for the sizes only: of the ciphertext nothing is known.
Passage frame_like(const Passage& plain) {
  Passage passage;
  begin_frame(std::string(kTitleSize, '\0'), 0, plain.bytes.size(), LengthForm::kCanonical,
              passage.bytes);
  passage.frame = frame_at_start(passage.bytes);
  return passage;
}

bool apply(const FaultRequest& request, std::uint64_t random, Passage& passage) {
  const FaultRow& row = kFaults[request.row];
  return row.apply(passage, request, request.amount.value_or(row.default_amount), random);
}

}  // namespace

std::span<const FaultRow> faults() { return kFaults; }

bool applies(const FaultRequest& request, std::uint64_t index, std::chrono::sys_seconds t) {
  if (request.from && t < *request.from) return false;
  if (request.until && t >= *request.until) return false;
  return index % request.every == 0;
}

Result<FaultRequest> parse_fault(std::string_view text) {
  const auto comma = text.find(',');
  const std::string_view head = text.substr(0, comma);
  const auto equals = head.find('=');
  const std::string_view id = head.substr(0, equals);
  const auto row = std::ranges::find(kFaults, id, &FaultRow::id);
  if (row == kFaults.end()) {
    return fail("unknown fault \"" + std::string(id) + "\"" + did_you_mean(id, names()) +
                " (`p1rig faults` lists them)");
  }
  FaultRequest request;
  request.row = static_cast<std::size_t>(row - kFaults.begin());
  if (equals != std::string_view::npos) {
    request.amount = parse_amount(*row, head.substr(equals + 1));
    if (!request.amount) {
      return fail(wrong_amount(*row, head.substr(equals + 1)));
    }
  }
  std::string_view rest =
      comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  while (!rest.empty()) {
    const auto end = std::min(rest.find(','), rest.size());
    const std::string_view option = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const auto sign = option.find('=');
    const std::string_view value =
        sign == std::string_view::npos ? std::string_view{} : option.substr(sign + 1);
    const auto done = set_option(option.substr(0, sign), value, request);
    if (!done) return fail(std::string(id) + ": " + done.error().message);
  }
  if (request.from && request.until && *request.until <= *request.from) {
    return fail(std::string(id) + ": until: is not after from");
  }
  return request;
}

std::string write_amount(const FaultRow& row, std::int64_t amount) {
  if (row.words == nullptr) return std::to_string(amount) + (row.unit == "ms" ? "ms" : "");
  return std::string(row.words()[static_cast<std::size_t>(amount - 1)]);
}

std::optional<Passage::Crc> Passage::crc() const {
  const auto bang = bytes.rfind('!');
  if (frame.size > 0 || bang == std::string::npos) return std::nullopt;
  const std::size_t at = bang + 1;
  const auto end = std::min(bytes.find_first_of("\r\n", at), bytes.size());
  const std::string_view digits = std::string_view(bytes).substr(at, end - at);
  const bool hex = digits.find_first_not_of("0123456789ABCDEFabcdef") == std::string_view::npos;
  return digits.empty() || !hex ? std::nullopt : std::optional(Crc{at, digits.size()});
}

void apply_faults(std::span<const FaultRequest> requests, std::uint64_t seed, std::uint64_t index,
                  std::chrono::sys_seconds t, Passage& passage,
                  const std::function<void(Passage&)>& seal) {
  const auto act = [&](FaultStage stage) {
    for (std::size_t i = 0; i < requests.size(); ++i) {
      const FaultRequest& request = requests[i];
      if (kFaults[request.row].stage != stage || !applies(request, index, t)) continue;
      apply(request, random_at(seed, index, i), passage);
    }
  };
  if (!requests.empty()) {
    const std::string before = passage.bytes;
    act(kText);
    act(kSeal);
    if (passage.bytes != before) renew_crc(passage);
  }
  if (seal) seal(passage);
  passage.frame = frame_at_start(passage.bytes);
  for (const FaultStage stage : {kFrame, kBytes, kLine}) act(stage);
}

std::optional<Error> cannot_apply(const FaultRequest& request, const Passage& example,
                                  bool sealed) {
  const FaultRow& row = kFaults[request.row];
  const std::string id(row.id);
  if (request.at && row.at == FaultPlace::kNone) {
    return Error{id + ": has no place: at= says nothing to it"};
  }
  if (row.at == FaultPlace::kLine && request.at &&
      (request.at->starts_with("byte:") || *request.at == "crc")) {
    return Error{id + ": is about data lines: at=" + *request.at + " says nothing to it"};
  }
  if (row.sealed_only && !sealed) {
    return Error{id + ": is about sealed telegrams; this meter sends plain ones"};
  }
  const bool on_frame = sealed && row.stage != kText && row.stage != kSeal;
  Passage copy = on_frame ? frame_like(example) : example;
  if (apply(request, 1, copy)) return std::nullopt;
  std::string why = id + ": cannot apply to this meter's telegrams";
  FaultRequest usual = request;
  usual.amount.reset();
  copy = on_frame ? frame_like(example) : example;
  if (request.amount && apply(usual, 1, copy)) {
    why += ": " + std::to_string(*request.amount) + " " + std::string(row.unit) + " are too many";
  } else if (on_frame && !row.sealed_only) {
    why += ": sealed, they have neither lines nor a CRC";
  } else if (request.at) {
    why += ": they have no \"" + *request.at + "\" that suits";
  }
  return Error{why};
}

}  // namespace p1rig
