#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "conformance/judge/compare.h"
#include "conformance/judge/contract.h"

namespace p1rig {

/// Which of many telegrams in flight a report is about.
///
/// Telegrams are distinguished by a register or a clock that advances from each to the next: the
/// sequence. Which code that is, and what else a report has right, is learned from a few reports
/// while there is time. From then on a report counts only where all that was right before is: half a
/// telegram, or two of them mixed, is none.
class TelegramMatcher {
 public:
  explicit TelegramMatcher(Precision precision) : precision_(precision) {}

  void set_precision(const Precision& precision) { precision_ = precision; }

  /// Forgets the telegrams, not what was learned.
  void begin();

  /// The telegram after the one before. Returns its number, from 0 after begin().
  std::size_t add(ContractValues meant);

  /// A report that came while only the telegrams added so far can be meant. Returns which; nothing
  /// if no register and no clock of it is that of one of them.
  std::optional<std::size_t> learn(const ContractTelegram& said);

  /// The number of the reported telegram, which counts once.
  std::optional<std::size_t> take(const ContractTelegram& said);

  bool is_told(std::size_t number) const { return told_[number]; }

  std::size_t repeated() const { return repeated_; }  ///< reports of what had been reported
  std::size_t damaged() const { return damaged_; }    ///< some values of one, and some of another
  std::size_t unknown() const { return unknown_; }    ///< of nothing that was sent

 private:
  bool says(const ContractTelegram& said, Obis code, std::size_t number) const;
  std::set<Obis> right_codes(const ContractTelegram& said, std::size_t number) const;
  std::optional<std::size_t> find(const ContractTelegram& said) const;

  Precision precision_;
  std::vector<ContractValues> sent_;
  std::vector<bool> told_;
  std::size_t next_ = 0;  ///< after the last that was reported
  std::optional<std::set<Obis>> learned_;
  std::size_t repeated_ = 0, damaged_ = 0, unknown_ = 0;
};

}  // namespace p1rig
