#include "conformance/judge/turn_signal.h"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

// An inverted line shows a receiver high start bits and a low rest. It takes the first falling edge
// for a start, which is somewhere within a character, and what it takes for a character lies across
// two of the meter's. Each received byte is known to be a low bit, its data bits, and then either a
// high stop bit and any number of high bits more, or at once the start bit of the next one. Which of
// these, and where the meter's characters begin, is found as the cheapest way through the bits: the
// meter's start bits must be 0 and its stop bits 1, which happens every tenth bit or it is no
// serial line (the method of Viterbi).

namespace p1rig {
namespace {

constexpr std::size_t kPhases = 10;  ///< start, seven bits, bit 7 or parity, stop
constexpr std::size_t kStates = kPhases * 4;
constexpr std::size_t kMostZeros = 9;  ///< of one character: start and eight bits
constexpr float kNever = std::numeric_limits<float>::max() / 4;
constexpr int kUnknown = 2;

struct Position {
  std::size_t phase, parity, last;
  std::size_t index() const { return phase * 4 + parity * 2 + last; }
};

Position position_of(std::size_t index) { return {index / 4, index / 2 % 2, index % 2}; }

/// Moves past one bit of the meter and adds what speaks against it.
void advance(Position& at, int bit, bool parity, float& cost) {
  const std::size_t value = bit == 1 ? 1 : 0;
  const bool known = bit != kUnknown;
  if (at.phase == 0) {
    if (known && value != 0) cost += 1;
    at.parity = 0;
  } else if (at.phase < 8) {
    if (at.phase == 7 && known && value + at.last == 0) cost += 0.3F;  // a control character
    at.parity ^= value;
  } else if (at.phase == 8) {
    if (known && value != (parity ? at.parity : 0)) cost += 1;
  } else if (known && value != 1) {
    cost += 1;
  }
  at.last = value;
  at.phase = (at.phase + 1) % kPhases;
}

/// The meter's bits of what the receiver took for one character, without its stop bit.
std::vector<int> bits_of(char received, bool lost_parity) {
  std::vector<int> bits{1};
  const auto value = static_cast<unsigned char>(received);
  for (unsigned i = 0; i < (lost_parity ? 7U : 8U); ++i) bits.push_back((value >> i & 1U) ? 0 : 1);
  if (lost_parity) bits.push_back(kUnknown);
  return bits;
}

/// How a received character was come to: from which position, over how many zeros before it.
struct Step {
  std::size_t from = 0;
  std::size_t zeros = 0;
};

using Costs = std::array<float, kStates>;
using Steps = std::array<Step, kStates>;

/// All ways from the end of one received character to the end of the next.
void extend(const Costs& before, const std::vector<int>& bits, bool parity, Costs& after,
            Steps& steps) {
  after.fill(kNever);
  for (std::size_t from = 0; from < kStates; ++from) {
    if (before[from] >= kNever) continue;
    Position waiting = position_of(from);
    float waiting_cost = before[from];
    for (std::size_t zeros = 0; zeros <= kMostZeros; ++zeros) {
      Position at = waiting;
      float cost = waiting_cost;
      for (const int bit : bits) advance(at, bit, parity, cost);
      if (cost < after[at.index()]) {
        after[at.index()] = cost;
        steps[at.index()] = {from, zeros};
      }
      advance(waiting, 0, parity, waiting_cost);
    }
  }
}

/// The characters of a stream of the meter's bits that begins at `phase`.
std::string characters(const std::vector<int>& bits, std::size_t phase) {
  std::string text;
  unsigned value = 0;
  for (const int bit : bits) {
    if (phase == 0) value = 0;
    if (phase >= 1 && phase <= 7 && bit == 1) value |= 1U << (phase - 1);
    if (phase == 9) text += static_cast<char>(value);
    phase = (phase + 1) % kPhases;
  }
  return text;
}

/// One stretch between two breaks.
void turn_stretch(std::string_view bytes, bool parity, bool lost_parity, bool after_break,
                  std::string& text, double& cost) {
  Costs costs;
  costs.fill(after_break ? kNever : 0);
  // The break ended with the meter's start bit.
  if (after_break) costs[Position{0, 0, 1}.index()] = 0;
  std::vector<Steps> ways(bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    Costs after;
    extend(costs, bits_of(bytes[i], lost_parity), parity, after, ways[i]);
    costs = after;
  }
  const auto best = std::min_element(costs.begin(), costs.end());
  cost += static_cast<double>(*best);

  auto at = static_cast<std::size_t>(best - costs.begin());
  std::vector<int> reversed;
  for (std::size_t i = bytes.size(); i-- > 0;) {
    const std::vector<int> bits = bits_of(bytes[i], lost_parity);
    reversed.insert(reversed.end(), bits.rbegin(), bits.rend());
    reversed.insert(reversed.end(), ways[i][at].zeros, 0);
    at = ways[i][at].from;
  }
  std::reverse(reversed.begin(), reversed.end());
  text += characters(reversed, position_of(at).phase);
}

}  // namespace

TurnedText turn_signal(std::string_view bytes, bool parity, bool lost_parity) {
  TurnedText turned;
  double cost = 0;
  std::size_t characters_seen = 0;
  bool after_break = false;
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\0', i), bytes.size());
    if (end > i) {
      turn_stretch(bytes.substr(i, end - i), parity, lost_parity, after_break, turned.text, cost);
      characters_seen += end - i;
    }
    after_break = true;
    i = end + 1;
  }
  if (characters_seen > 0) turned.misfit = cost / static_cast<double>(characters_seen);
  return turned;
}

}  // namespace p1rig
