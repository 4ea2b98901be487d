#include "protocol/dialect.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

namespace p1rig {

namespace {

bool matches_one(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t retry = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      retry = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++retry;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

struct IndexedRule {
  const Dialect* dialect;
  Obis code;
  const ObjectRule* rule;
};

bool before(const IndexedRule& a, const IndexedRule& b) {
  return std::tie(a.dialect, a.code) < std::tie(b.dialect, b.code);
}

void index_rule(const Dialect& dialect, const ObjectRule& rule, std::vector<IndexedRule>& index) {
  const auto placeholder = rule.obis.find('n');
  const char last_channel = placeholder == std::string_view::npos ? '1' : '4';
  for (char channel = '1'; channel <= last_channel; ++channel) {
    std::string text(rule.obis);
    if (placeholder != std::string::npos) text[placeholder] = channel;
    if (const auto written = parse_obis(text)) index.push_back({&dialect, written->code, &rule});
  }
}

// Sorted by dialect and code; of several rows for one object the first of the table comes first.
std::vector<IndexedRule> make_index() {
  std::vector<IndexedRule> index;
  for (const Dialect& dialect : dialects()) {
    for (const ObjectRule& rule : dialect.rules) index_rule(dialect, rule, index);
  }
  std::stable_sort(index.begin(), index.end(), before);
  return index;
}

}  // namespace

const Dialect* find_dialect(std::string_view name) {
  const auto all = dialects();
  const auto found = std::ranges::find(all, name, &Dialect::name);
  return found == all.end() ? nullptr : &*found;
}

bool matches_glob(std::string_view patterns, std::string_view text) {
  for (std::size_t at = 0; at < patterns.size();) {
    const std::size_t begin = patterns.find_first_not_of(' ', at);
    if (begin == std::string_view::npos) return false;
    const std::size_t end = std::min(patterns.find(' ', begin), patterns.size());
    if (matches_one(patterns.substr(begin, end - begin), text)) return true;
    at = end;
  }
  return false;
}

bool matches_any_glob(std::span<const std::string> patterns, std::string_view text) {
  return std::ranges::any_of(patterns,
                             [&](std::string_view pattern) { return matches_glob(pattern, text); });
}

bool names_a_dialect(std::string_view pattern) {
  return std::ranges::any_of(
      dialects(), [&](const Dialect& dialect) { return matches_glob(pattern, dialect.name); });
}

const ObjectRule* find_object_rule(const Dialect& dialect, Obis code) {
  static const std::vector<IndexedRule> index = make_index();
  const Dialect* known = find_dialect(dialect.name);
  const IndexedRule wanted{known, code, nullptr};
  const auto found = std::lower_bound(index.begin(), index.end(), wanted, before);
  if (found == index.end() || found->dialect != known || found->code != code) return nullptr;
  return found->rule;
}

}  // namespace p1rig
