#include "conformance/speed/telegram_matcher.h"

#include <algorithm>
#include <utility>

namespace p1rig {
namespace {

/// True for what grows with every telegram: registers of energy and the meter's clock.
bool is_sequence(Obis code) {
  constexpr Obis kClock{0, 0, 1, 0, 0};
  const bool energy = code.a == 1 && code.d == 8 && (code.c == 1 || code.c == 2);
  return energy || code == kClock;
}

}  // namespace

void TelegramMatcher::begin() {
  sent_.clear();
  told_.clear();
  next_ = repeated_ = damaged_ = unknown_ = 0;
}

std::size_t TelegramMatcher::add(ContractValues meant) {
  if (learned_)
    std::erase_if(meant, [&](const auto& entry) { return !learned_->contains(entry.first); });
  sent_.push_back(std::move(meant));
  told_.push_back(false);
  return sent_.size() - 1;
}

bool TelegramMatcher::says(const ContractTelegram& said, Obis code, std::size_t number) const {
  const auto value = said.values.find(code);
  const auto meant = sent_[number].find(code);
  return value != said.values.end() && meant != sent_[number].end() &&
         !difference(value->second, meant->second, precision_);
}

std::set<Obis> TelegramMatcher::right_codes(const ContractTelegram& said,
                                            std::size_t number) const {
  std::set<Obis> codes;
  for (const auto& [code, value] : said.values) {
    if (says(said, code, number)) codes.insert(code);
  }
  return codes;
}

std::optional<std::size_t> TelegramMatcher::learn(const ContractTelegram& said) {
  if (!said.flags.empty()) return std::nullopt;
  std::set<Obis> most;
  std::optional<std::size_t> which;
  for (std::size_t number = 0; number < sent_.size(); ++number) {
    auto codes = right_codes(said, number);
    if (!std::ranges::any_of(codes, is_sequence) || codes.size() <= most.size()) continue;
    most = std::move(codes);
    which = number;
  }
  if (!which) return std::nullopt;
  if (learned_) {
    std::erase_if(*learned_, [&](Obis code) { return !most.contains(code); });
  } else {
    learned_ = std::move(most);
  }
  told_[*which] = true;
  next_ = *which + 1;
  return which;
}

std::optional<std::size_t> TelegramMatcher::find(const ContractTelegram& said) const {
  if (!learned_) return std::nullopt;
  // Any of them says which telegram it is, and a report need not have all.
  const auto sequence = std::ranges::find_if(
      *learned_, [&](Obis code) { return is_sequence(code) && said.values.contains(code); });
  if (sequence == learned_->end()) return std::nullopt;
  for (std::size_t number = next_; number < sent_.size(); ++number) {
    if (says(said, *sequence, number)) return number;
  }
  for (std::size_t number = next_; number > 0; --number) {
    if (says(said, *sequence, number - 1)) return number - 1;
  }
  return std::nullopt;
}

std::optional<std::size_t> TelegramMatcher::take(const ContractTelegram& said) {
  if (!said.flags.empty()) return std::nullopt;
  const auto number = find(said);
  if (!number) {
    ++unknown_;
    return std::nullopt;
  }
  const bool whole = std::ranges::all_of(*learned_, [&](Obis code) {
    return !said.values.contains(code) || !sent_[*number].contains(code) ||
           says(said, code, *number);
  });
  if (!whole) {
    ++damaged_;
    return std::nullopt;
  }
  if (told_[*number]) {
    ++repeated_;
    return std::nullopt;
  }
  told_[*number] = true;
  next_ = std::max(next_, *number + 1);
  return number;
}

}  // namespace p1rig
