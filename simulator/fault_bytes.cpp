// Faults that act on the bytes of a telegram with its CRC, and on its timing.

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "protocol/crc16.h"
#include "protocol/crc_algorithms.h"
#include "simulator/fault_edits.h"
#include "simulator/random.h"

namespace p1rig {
namespace {

/// The place that a request means: a byte, the beginning of a line, of the CRC or of an object's
/// first value; else any byte between the '/' and the '!'. In a frame there are bytes only; not the first.
std::optional<std::size_t> place_of(const Passage& passage, const FaultRequest& request,
                                    std::uint64_t random) {
  const std::string& bytes = passage.bytes;
  if (bytes.size() < 3) return std::nullopt;
  const bool sealed = passage.frame.size > 0;
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
    const auto crc = passage.crc();
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

bool insert(Passage& passage, const FaultRequest& request, std::uint64_t random,
            const std::string& text) {
  const auto place = place_of(passage, request, random);
  if (!place) return false;
  passage.bytes.insert(*place, text);
  return true;
}

std::string random_bytes(std::int64_t count, std::uint64_t random) {
  std::string bytes;
  for (std::int64_t i = 0; i < count; ++i) {
    bytes += static_cast<char>(random_at(random, static_cast<std::uint64_t>(i)) & 0xFF);
  }
  return bytes;
}

/// A pause of that many milliseconds before the byte, behind those that are there already.
void add_silence(Passage& passage, std::size_t offset, std::int64_t milliseconds) {
  const auto later =
      std::ranges::upper_bound(passage.silences, offset, {}, &Passage::Silence::offset);
  passage.silences.insert(later, {offset, std::chrono::milliseconds{milliseconds}});
}

}  // namespace

bool wrong_crc(Passage& passage, const FaultRequest&, std::int64_t amount, std::uint64_t random) {
  const auto crc = passage.crc();
  const auto digits = static_cast<std::int64_t>(crc ? crc->digits : 0);
  if (digits == 0 || amount > digits) return false;
  // Another value of one digit: never the right one by chance.
  const auto which =
      static_cast<std::size_t>(amount > 0 ? amount - 1 : random_below(random, digits));
  char& digit = passage.bytes[crc->at + which];
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto value = kDigits.find(static_cast<char>(digit >= 'a' ? digit - 32 : digit));
  digit = kDigits[(value + 1 + static_cast<std::size_t>(random_below(random >> 20, 15))) % 16];
  return true;
}

bool other_crc(Passage& passage, const FaultRequest&, std::int64_t amount, std::uint64_t) {
  const auto crc = passage.crc();
  const auto slash = passage.bytes.find('/');
  if (!crc || slash >= crc->at) return false;
  const CrcAlgorithm& other = crc_algorithms()[static_cast<std::size_t>(amount)];
  if (&other == passage.crc_algorithm) return false;
  const std::string_view covered = std::string_view(passage.bytes).substr(slash, crc->at - slash);
  const std::string digits = to_hex(crc_of(other, covered));
  passage.bytes.replace(crc->at, crc->digits, digits);
  return true;
}

bool drop_crc(Passage& passage, const FaultRequest&, std::int64_t, std::uint64_t) {
  const auto crc = passage.crc();
  if (!crc) return false;
  passage.bytes.erase(crc->at, crc->digits);
  return true;
}

bool lower_crc(Passage& passage, const FaultRequest&, std::int64_t, std::uint64_t) {
  const auto crc = passage.crc();
  if (!crc) return false;
  for (std::size_t i = crc->at; i < crc->at + crc->digits; ++i) {
    char& digit = passage.bytes[i];
    if (digit >= 'A' && digit <= 'F') digit = static_cast<char>(digit - 'A' + 'a');
  }
  return true;
}

bool unpad_crc(Passage& passage, const FaultRequest&, std::int64_t, std::uint64_t) {
  const auto crc = passage.crc();
  if (!crc) return false;
  const auto zeros = passage.bytes.find_first_not_of('0', crc->at) - crc->at;
  passage.bytes.erase(crc->at, std::min(zeros, crc->digits - 1));
  return true;
}

bool flip_bits(Passage& passage, const FaultRequest& request, std::int64_t amount,
               std::uint64_t random) {
  auto place = place_of(passage, request, random);
  // A bit flipped twice would be none.
  std::set<std::pair<std::size_t, std::int64_t>> flipped;
  for (std::uint64_t draw = 0; std::cmp_less(flipped.size(), amount) && draw < 1'000'000; ++draw) {
    const std::uint64_t each = random_at(random, draw);
    if (draw > 0) place = place_of(passage, FaultRequest{}, each);
    if (!place) return false;
    flipped.emplace(*place, random_below(each >> 20, 7));
  }
  for (const auto& [at, bit] : flipped) {
    passage.bytes[at] = static_cast<char>(passage.bytes[at] ^ (1 << bit));
  }
  return true;
}

bool drop_bytes(Passage& passage, const FaultRequest& request, std::int64_t amount,
                std::uint64_t random) {
  const auto place = place_of(passage, request, random);
  if (!place) return false;
  passage.bytes.erase(*place, static_cast<std::size_t>(amount));
  return true;
}

bool insert_bytes(Passage& passage, const FaultRequest& request, std::int64_t amount,
                  std::uint64_t random) {
  return insert(passage, request, random, random_bytes(amount, random));
}

bool insert_nul(Passage& passage, const FaultRequest& request, std::int64_t amount,
                std::uint64_t random) {
  return insert(passage, request, random, std::string(static_cast<std::size_t>(amount), '\0'));
}

bool insert_ff(Passage& passage, const FaultRequest& request, std::int64_t amount,
               std::uint64_t random) {
  return insert(passage, request, random, std::string(static_cast<std::size_t>(amount), '\xFF'));
}

bool set_high_bits(Passage& passage, const FaultRequest& request, std::int64_t amount,
                   std::uint64_t random) {
  const auto place = place_of(passage, request, random);
  if (!place) return false;
  const auto end = std::min(passage.bytes.size(), *place + static_cast<std::size_t>(amount));
  for (std::size_t i = *place; i < end; ++i) {
    passage.bytes[i] = static_cast<char>(passage.bytes[i] | 0x80);
  }
  return true;
}

bool insert_telnet(Passage& passage, const FaultRequest& request, std::int64_t,
                   std::uint64_t random) {
  // IAC DO SUPPRESS-GO-AHEAD, IAC IAC: what a telnet bridge leaves in the stream.
  return insert(passage, request, random, "\xFF\xFD\x03\xFF\xFF");
}

bool prepend_noise(Passage& passage, const FaultRequest&, std::int64_t amount,
                   std::uint64_t random) {
  std::string noise = random_bytes(amount, random);
  // Noise that happens to look like the beginning of a telegram or a frame is another fault.
  std::ranges::replace_if(
      noise, [](char c) { return c == '/' || c == '\xDB'; }, '?');
  passage.bytes.insert(0, noise);
  return true;
}

bool cut_head(Passage& passage, const FaultRequest& request, std::int64_t amount,
              std::uint64_t random) {
  const auto place = request.at ? place_of(passage, request, random)
                                : std::optional(static_cast<std::size_t>(amount));
  if (!place || *place == 0 || *place >= passage.bytes.size()) return false;
  passage.bytes.erase(0, *place);
  return true;
}

bool cut_tail(Passage& passage, const FaultRequest& request, std::int64_t amount,
              std::uint64_t random) {
  const auto size = passage.bytes.size();
  const auto cut = static_cast<std::size_t>(amount);
  if (!request.at && cut >= size) return false;
  const auto place = request.at ? place_of(passage, request, random) : std::optional(size - cut);
  // Without its line end alone, the telegram is glued and its CRC is right.
  const auto last = passage.frame.size > 0 ? size - 1 : passage.bytes.find_last_not_of("\r\n");
  if (!place || *place == 0 || *place > last) return false;
  passage.bytes.resize(*place);
  return true;
}

bool glue(Passage& passage, const FaultRequest&, std::int64_t, std::uint64_t) {
  if (passage.frame.size > 0) return false;
  const auto end = passage.bytes.find_last_not_of("\r\n") + 1;
  if (end == passage.bytes.size()) return false;
  passage.bytes.resize(end);
  return true;
}

bool lose_footer(Passage& passage, const FaultRequest&, std::int64_t, std::uint64_t) {
  if (passage.frame.size > 0) return false;
  const auto bang = passage.bytes.rfind('!');
  if (bang == std::string::npos) return false;
  passage.bytes.resize(bang);
  return true;
}

bool stall(Passage& passage, const FaultRequest& request, std::int64_t amount,
           std::uint64_t random) {
  const auto place = place_of(passage, request, random);
  if (!place) return false;
  add_silence(passage, *place, amount);
  return true;
}

bool split_frame(Passage& passage, const FaultRequest&, std::int64_t amount, std::uint64_t) {
  const auto [text, size] = passage.frame;
  if (size == 0) return false;
  // Behind DB, before and amid the ciphertext, before the tag; the frame may have lost bytes since.
  if (passage.bytes.size() < 2) return false;
  for (const std::size_t place : {std::size_t{1}, text, (text + size) / 2, size - kTagSize}) {
    if (place < passage.bytes.size()) add_silence(passage, place, amount);
  }
  return true;
}

bool drip(Passage& passage, const FaultRequest&, std::int64_t amount, std::uint64_t) {
  for (std::size_t i = 1; i < passage.bytes.size(); ++i) {
    passage.silences.push_back({i, std::chrono::milliseconds{amount}});
  }
  std::ranges::stable_sort(passage.silences, {}, &Passage::Silence::offset);
  return true;
}

bool fall_silent(Passage& passage, const FaultRequest&, std::int64_t, std::uint64_t) {
  passage = Passage{};
  return true;
}

bool start_late(Passage& passage, const FaultRequest&, std::int64_t amount, std::uint64_t) {
  passage.late += std::chrono::milliseconds{amount};
  return true;
}

}  // namespace p1rig
