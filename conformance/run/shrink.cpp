#include "conformance/run/shrink.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <optional>

namespace p1rig {
namespace {

using Places = std::vector<std::size_t>;

/// What is left out of the telegram of a step, or said in fewer characters, beside the case's own edits.
struct Trim {
  std::vector<std::string> remove = {};
  std::vector<TelegramLine> shorten = {};
  bool short_identification = false;
  bool is_none() const { return remove.empty() && shorten.empty() && !short_identification; }
};

constexpr std::string_view kShortIdentification = "XMX5p1";

/// More are dropped in halves from the end, not one by one.
constexpr std::size_t kMostBytes = 65536;
/// Shorter brackets are not worth a question.
constexpr std::size_t kLongBrackets = 12;

class Shrinker {
 public:
  Shrinker(Case one, const Shrinking& how)
      : how_(how), one_(std::move(one)), trims_(one_.steps.size()) {}

  Case run() {
    drop_steps();
    lower_counts();
    drop_lines();
    drop_things();
    drop_bytes();
    shorten_values();
    shorten_identification();
    drop_steps();
    return built(one_, trims_);
  }

 private:
  using Trims = std::vector<Trim>;

  static Case built(const Case& one, const Trims& trims) {
    Case whole = one;
    for (std::size_t i = 0; i < trims.size(); ++i) apply(trims[i], whole.steps[i]);
    return whole;
  }

  static void apply(const Trim& trim, CaseStep& step) {
    std::ranges::copy(trim.remove, std::back_inserter(step.remove));
    std::ranges::copy(trim.shorten, std::back_inserter(step.replace));
    if (trim.short_identification) step.identification = kShortIdentification;
  }

  /// The telegrams with nothing but what was trimmed.
  static Case plain_of(const Case& one, const Trims& trims) {
    Case plain{.id = one.id, .dialects = one.dialects};
    plain.requirement = one.requirement;
    for (std::size_t i = 0; i < trims.size(); ++i) {
      const CaseStep& step = one.steps[i];
      if (step.action || step.bytes || trims[i].is_none()) continue;
      CaseStep own{.id = step.id, .time = step.time, .set = step.set, .devices = step.devices};
      own.failures = step.failures;
      own.peaks = step.peaks;
      apply(trims[i], own);
      plain.steps.push_back(std::move(own));
    }
    return plain;
  }

  bool try_this(Case one, Trims trims) {
    if (asked_ >= how_.most) return false;
    ++asked_;
    if (how_.expect) how_.expect(one);
    if (!how_.fails(built(one, trims), plain_of(one, trims))) return false;
    one_ = std::move(one);
    trims_ = std::move(trims);
    return true;
  }

  bool try_case(const std::function<void(Case&)>& change) {
    Case copy = one_;
    change(copy);
    return try_this(std::move(copy), trims_);
  }

  void drop_steps() {
    if (one_.steps.size() < 2) return;
    const Case whole = one_;
    const Trims trims = trims_;
    needed_of(whole.steps.size(), [&](const Places& kept) {
      if (kept.empty()) return false;
      Case copy = whole;
      copy.steps.clear();
      Trims left;
      for (const std::size_t i : kept) {
        copy.steps.push_back(whole.steps[i]);
        left.push_back(trims[i]);
      }
      std::erase_if(copy.expect, [&](const auto& entry) {
        return std::ranges::none_of(copy.steps,
                                    [&](const CaseStep& step) { return step.id == entry.first; });
      });
      return try_this(std::move(copy), std::move(left));
    });
  }

  void lower_counts() {
    for (std::size_t i = 0; i < one_.steps.size(); ++i) {
      const int count = one_.steps[i].count;
      for (int fewer = 1; fewer < count; fewer *= 2) {
        if (try_case([&](Case& copy) { copy.steps[i].count = fewer; })) break;
      }
    }
  }

  /// First out of all telegrams alike, then out of each.
  void drop_lines() {
    if (!how_.lines) return;
    std::vector<Places> groups(1);
    for (std::size_t i = 0; i < one_.steps.size(); ++i) {
      if (is_telegram(one_.steps[i])) groups.front().push_back(i);
    }
    if (groups.front().size() > 1) {
      for (const std::size_t i : Places(groups.front())) groups.push_back({i});
    }
    for (const Places& steps : groups) drop_lines_of(steps);
  }

  void drop_lines_of(const Places& steps) {
    std::vector<std::vector<TelegramLine>> has;
    std::vector<std::string> codes;
    for (const std::size_t i : steps) {
      has.push_back(lines_of(i));
      for (const auto& [code, brackets] : has.back()) {
        if (std::ranges::find(codes, code) == codes.end()) codes.push_back(code);
      }
    }
    const Trims before = trims_;
    needed_of(codes.size(), [&](const Places& kept) {
      Trims trims = before;
      for (std::size_t k = 0; k < steps.size(); ++k) {
        for (std::size_t code = 0; code < codes.size(); ++code) {
          const bool stays =
              std::ranges::binary_search(kept, code) ||
              std::ranges::find(has[k], codes[code], &TelegramLine::first) == has[k].end();
          if (!stays) trims[steps[k]].remove.push_back(codes[code]);
        }
      }
      return try_this(one_, std::move(trims));
    });
  }

  static bool is_telegram(const CaseStep& step) { return !step.action && !step.bytes; }

  /// What is left of them.
  std::vector<TelegramLine> lines_of(std::size_t i) const {
    CaseStep step = one_.steps[i];
    apply(trims_[i], step);
    return how_.lines(one_, step);
  }

  /// Each with one thing less, the largest first, until none can be left out.
  void drop_things() {
    bool found = true;
    while (found && asked_ < how_.most) {
      found = false;
      for (const auto& change : things()) found = found || try_case(change);
    }
  }

  std::vector<std::function<void(Case&)>> things() const {
    std::vector<std::function<void(Case&)>> all;
    for (std::size_t i = 0; i < one_.steps.size(); ++i) {
      const CaseStep& step = one_.steps[i];
      const auto add = [&](auto change) {
        all.emplace_back([=](Case& copy) { change(copy.steps[i]); });
      };
      for (std::size_t k = 0; k < step.faults.size(); ++k) {
        add([=](CaseStep& copy) { erase_at(copy.faults, k); });
        if (!how_.expect) continue;
        if (step.faults[k].amount) add([=](CaseStep& copy) { copy.faults[k].amount.reset(); });
        if (step.faults[k].at) add([=](CaseStep& copy) { copy.faults[k].at.reset(); });
      }
      if (step.devices) add([](CaseStep& copy) { copy.devices.reset(); });
      if (step.failures) add([](CaseStep& copy) { copy.failures.reset(); });
      if (step.peaks) add([](CaseStep& copy) { copy.peaks.reset(); });
      if (step.time) add([](CaseStep& copy) { copy.time.reset(); });
      for (std::size_t k = 0; k < step.set.size(); ++k) {
        add([=](CaseStep& copy) { erase_at(copy.set, k); });
      }
      for (std::size_t k = 0; k < step.add.size(); ++k) {
        add([=](CaseStep& copy) { erase_at(copy.add, k); });
      }
      if (!step.wait) add([](CaseStep& copy) { copy.wait = true; });
    }
    return all;
  }

  template <class List>
  static void erase_at(List& list, std::size_t place) {
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(place));
  }

  void drop_bytes() {
    for (std::size_t i = 0; i < one_.steps.size(); ++i) {
      if (!one_.steps[i].bytes) continue;
      const auto resize = [&](std::size_t size) {
        return try_case([&](Case& copy) { copy.steps[i].bytes->resize(size); });
      };
      while (one_.steps[i].bytes->size() > kMostBytes && resize(one_.steps[i].bytes->size() / 2)) {
      }
      const std::string whole = *one_.steps[i].bytes;
      if (whole.size() > kMostBytes) continue;
      needed_of(whole.size(), [&](const Places& kept) {
        std::string bytes;
        for (const std::size_t k : kept) bytes += whole[k];
        return try_case([&](Case& copy) { copy.steps[i].bytes = bytes; });
      });
    }
  }

  void shorten_values() {
    if (!how_.lines) return;
    for (std::size_t i = 0; i < one_.steps.size(); ++i) {
      if (!is_telegram(one_.steps[i])) continue;
      for (const auto& [code, brackets] : lines_of(i)) shorten(i, code, brackets);
    }
  }

  /// An empty value, the first of several brackets, then half of what is in them, again and again.
  void shorten(std::size_t i, const std::string& code, std::string brackets) {
    const auto try_shorter = [&](const std::string& shorter) {
      if (shorter.size() >= brackets.size()) return false;
      Trims trims = trims_;
      auto& list = trims[i].shorten;
      std::erase_if(list, [&](const TelegramLine& line) { return line.first == code; });
      list.emplace_back(code, shorter);
      if (!try_this(one_, std::move(trims))) return false;
      brackets = shorter;
      return true;
    };
    if (brackets.size() < kLongBrackets || try_shorter("()")) return;
    try_shorter(brackets.substr(0, brackets.find(')') + 1));
    const bool is_one_text = brackets.find_first_of("()*", 1) == brackets.size() - 1;
    while (is_one_text && brackets.size() >= kLongBrackets) {
      // Hexadecimal digits stay in pairs.
      const std::size_t half = (brackets.size() - 2) / 4 * 2;
      if (!try_shorter(brackets.substr(0, 1 + half) + ")")) return;
    }
  }

  void shorten_identification() {
    if (!how_.lines) return;
    Trims trims = trims_;
    for (std::size_t i = 0; i < one_.steps.size(); ++i) {
      const CaseStep& step = one_.steps[i];
      if (is_telegram(step) && !step.identification) trims[i].short_identification = true;
    }
    try_this(one_, std::move(trims));
  }

  const Shrinking& how_;
  Case one_;
  Trims trims_;  ///< one for each step
  int asked_ = 0;
};

}  // namespace

Case shrink(Case one, const Shrinking& how) { return Shrinker(std::move(one), how).run(); }

std::vector<std::size_t> needed_of(std::size_t count,
                                   const std::function<bool(const Places& kept)>& fails) {
  Places kept(count);
  std::iota(kept.begin(), kept.end(), std::size_t{0});
  std::size_t parts = 2;
  while (!kept.empty()) {
    parts = std::min(parts, kept.size());
    const auto bound = [&](std::size_t part) {
      return kept.begin() + static_cast<std::ptrdiff_t>(kept.size() * part / parts);
    };
    bool found = false;
    for (std::size_t part = 0; part < parts && !found; ++part) {
      // Without one part; of two, that is the other one alone.
      Places rest(kept.begin(), bound(part));
      rest.insert(rest.end(), bound(part + 1), kept.end());
      if (!fails(rest)) continue;
      kept = std::move(rest);
      found = true;
    }
    if (found) {
      parts = std::max<std::size_t>(parts - 1, 2);
    } else if (parts == kept.size()) {
      break;
    } else {
      parts *= 2;
    }
  }
  return kept;
}

}  // namespace p1rig
