#include "simulator/faults/fault.h"

#include <algorithm>
#include <charconv>

#include "protocol/crc16.h"
#include "protocol/crc_algorithms.h"
#include "protocol/dlms_frame.h"
#include "protocol/obis.h"
#include "simulator/faults/fault_rows.h"
#include "simulator/files/document.h"
#include "simulator/files/suggest.h"
#include "simulator/random.h"
#include "simulator/zone.h"

namespace p1rig {
namespace {

constexpr auto kText = FaultStage::kText;
constexpr auto kSeal = FaultStage::kSeal;
constexpr auto kFrame = FaultStage::kFrame;
constexpr auto kBytes = FaultStage::kBytes;
constexpr auto kLine = FaultStage::kLine;

std::vector<std::string_view> names() {
  std::vector<std::string_view> list;
  for (const FaultRow& row : faults()) list.push_back(row.id);
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

/// Why a text is not an amount of the row.
std::string wrong_amount(const FaultRow& row, std::string_view text) {
  const std::string begin = std::string(row.id) + ": \"" + std::string(text) + "\" ";
  if (row.unit.empty()) return begin + "is not allowed: this fault takes no amount";
  if (row.words == nullptr) {
    return begin + "is not a valid amount: expected " + std::string(row.unit) +
           (row.unit == "ms" ? ", such as 800ms" : ", such as 3") + ", at most " +
           std::to_string(row.largest_amount);
  }
  const auto words = row.words();
  std::string list;
  for (const std::string_view word : words) list += (list.empty() ? "" : ", ") + std::string(word);
  return begin + "is not one of: " + list + did_you_mean(text, {words.begin(), words.end()});
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
    if (!every || *every == 0) return fail("every: expected a number, at least 1");
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
    const bool has_place = faults()[request.row].at != FaultPlace::kNone;
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
void renew_crc(Emission& emission) {
  const auto crc = emission.crc();
  if (!crc) return;
  const std::string_view bytes = emission.bytes;
  emission.bytes.replace(crc->at, crc->digits,
                         crc_like(bytes.substr(crc->at, crc->digits),
                                  crc_of(*emission.crc_algorithm, bytes.substr(0, crc->at))));
}

/// The frame that the bytes begin with; all 0 where they begin with none.
Emission::Frame frame_at_start(std::string_view bytes) {
  const FrameHead head = read_frame_head(bytes);
  if (head.verdict != FrameHead::Verdict::kFrame || head.size > bytes.size()) return {};
  const auto parts = parse_frame(bytes.substr(0, head.size));
  if (!parts) return {};
  return {head.size - kTagSize - parts->ciphertext.size(), head.size};
}

/// The telegram as a frame, for the sizes only: of the ciphertext nothing is known.
Emission frame_like(const Emission& plain) {
  Emission emission;
  begin_frame(std::string(kTitleSize, '\0'), 0, plain.bytes.size(), LengthForm::kCanonical,
              emission.bytes);
  emission.frame = frame_at_start(emission.bytes);
  return emission;
}

bool apply(const FaultRequest& request, std::uint64_t random, Emission& emission) {
  const FaultRow& row = faults()[request.row];
  return row.apply(emission, request, request.amount.value_or(row.default_amount), random);
}

}  // namespace

std::span<const FaultRow> faults() {
  static const std::vector<FaultRow> all = [] {
    std::vector<FaultRow> list;
    for (const auto rows : {crc_faults(), byte_faults(), text_faults(), seal_faults(),
                            frame_faults(), line_faults()}) {
      list.insert(list.end(), rows.begin(), rows.end());
    }
    return list;
  }();
  return all;
}

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
  const auto rows = faults();
  const auto row = std::ranges::find(rows, id, &FaultRow::id);
  if (row == rows.end()) {
    return fail("unknown fault \"" + std::string(id) + "\"" + did_you_mean(id, names()) +
                " (`p1rig faults` lists them)");
  }
  FaultRequest request;
  request.row = static_cast<std::size_t>(row - rows.begin());
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

std::optional<std::size_t> place_of(const Emission& emission, const FaultRequest& request,
                                    std::uint64_t random) {
  const std::string& bytes = emission.bytes;
  if (bytes.size() < 3) return std::nullopt;
  const bool sealed = emission.frame.size > 0;
  if (sealed && !request.at) {
    return 1 + static_cast<std::size_t>(
                   random_below(random, static_cast<std::int64_t>(bytes.size()) - 1));
  }
  if (!request.at) {
    const auto bang = std::min(bytes.rfind('!'), bytes.size());
    if (bang < 3) return std::nullopt;
    return 1 + static_cast<std::size_t>(random_below(random, static_cast<std::int64_t>(bang) - 1));
  }
  std::string_view where = *request.at;
  if (where == "crc") {
    const auto crc = emission.crc();
    return crc ? std::optional(crc->at) : std::nullopt;
  }
  const bool by_byte = where.starts_with("byte:");
  if (by_byte || where.starts_with("line:")) {
    where.remove_prefix(5);
    std::size_t number = 0;
    std::from_chars(where.data(), where.data() + where.size(), number);
    if (by_byte) return number < bytes.size() ? std::optional(number) : std::nullopt;
    if (sealed) return std::nullopt;
    std::size_t at = 0;
    for (std::size_t line = 1; line < number; ++line) {
      at = bytes.find('\n', at);
      if (at == std::string::npos) return std::nullopt;
      ++at;
    }
    return at < bytes.size() ? std::optional(at) : std::nullopt;
  }
  for (const char* suffix : {"(", "*255("}) {
    const std::string head = "\n" + *request.at + suffix;
    const auto object = bytes.find(head);
    const std::size_t value = object + head.size();
    if (object != std::string::npos && value < bytes.size()) return value;
  }
  return std::nullopt;
}

void apply_faults(std::span<const FaultRequest> requests, std::uint64_t seed, std::uint64_t index,
                  std::chrono::sys_seconds t, Emission& emission,
                  const std::function<void(Emission&)>& seal) {
  const auto act = [&](FaultStage stage) {
    for (std::size_t i = 0; i < requests.size(); ++i) {
      const FaultRequest& request = requests[i];
      if (faults()[request.row].stage != stage || !applies(request, index, t)) continue;
      apply(request, random_at(seed, index, i), emission);
    }
  };
  if (!requests.empty()) {
    const std::string before = emission.bytes;
    act(kText);
    act(kSeal);
    if (emission.bytes != before) renew_crc(emission);
  }
  if (seal) seal(emission);
  emission.frame = frame_at_start(emission.bytes);
  for (const FaultStage stage : {kFrame, kBytes, kLine}) act(stage);
}

std::optional<Error> cannot_apply(const FaultRequest& request, const Emission& example,
                                  bool sealed) {
  const FaultRow& row = faults()[request.row];
  const std::string id(row.id);
  if (request.at && row.at == FaultPlace::kNone) {
    return Error{id + ": does not accept at="};
  }
  if (row.at == FaultPlace::kLine && request.at &&
      (request.at->starts_with("byte:") || *request.at == "crc")) {
    return Error{id + ": acts on data lines; at=" + *request.at + " is not one"};
  }
  if (row.sealed_only && !sealed) {
    return Error{id + ": applies only to sealed telegrams; this meter sends plain ones"};
  }
  const bool on_frame = sealed && row.stage != kText && row.stage != kSeal;
  Emission copy = on_frame ? frame_like(example) : example;
  if (apply(request, 1, copy)) return std::nullopt;
  std::string why = id + ": cannot be applied to this meter's telegrams";
  FaultRequest usual = request;
  usual.amount.reset();
  copy = on_frame ? frame_like(example) : example;
  if (request.amount && apply(usual, 1, copy)) {
    why += ": " + std::to_string(*request.amount) + " " + std::string(row.unit) + " are too many";
  } else if (on_frame && !row.sealed_only) {
    why += ": sealed, they have neither data lines nor a CRC";
  } else if (request.at) {
    why += ": they have no suitable \"" + *request.at + "\"";
  }
  return Error{why};
}

}  // namespace p1rig
