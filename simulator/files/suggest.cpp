#include "simulator/files/suggest.h"

#include <algorithm>
#include <cctype>
#include <numeric>

namespace p1rig {
namespace {

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

/// Edits (insert, drop, change, swap neighbours) that make one word the other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0U : 1U)});
      const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                           lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = last;
    last = row;
  }
  return last[b.size()];
}

}  // namespace

std::string_view closest(std::string_view word, const std::vector<std::string_view>& candidates) {
  std::string_view best;
  // Longer words than any name are not worth the quadratic work.
  if (word.empty() || word.size() > 80) return best;
  std::size_t allowed = std::max<std::size_t>(1, word.size() / 3);
  for (const std::string_view candidate : candidates) {
    if (candidate.size() > word.size() && candidate.starts_with(word) && best.empty()) {
      best = candidate;
    }
    const std::size_t edits = distance(word, candidate);
    if (edits <= allowed) {
      best = candidate;
      allowed = edits > 0 ? edits - 1 : 0;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates) {
  const std::string_view best = closest(word, candidates);
  return best.empty() ? std::string{} : ", did you mean \"" + std::string(best) + "\"?";
}

}  // namespace p1rig
