#include "conformance/judge/telegram_judge.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "protocol/dialect.h"
#include "protocol/wording.h"

namespace p1rig {
namespace {

using Kind = ContractValue::Kind;
using Whole = Expectation::Whole;

/// Older ones cannot be meant: readers report in the order of sending.
constexpr std::size_t kWatched = 32;

/// More of the same does not help.
constexpr std::size_t kMostFindings = 50;

bool holds(const std::vector<Obis>& codes, Obis code) {
  return std::ranges::find(codes, code) != codes.end();
}

/// True for values that distinguish one telegram from the next: numbers with units, and times.
bool tells_apart(const ContractValue& value) {
  if (value.kind == Kind::kTimed) return true;
  return value.kind == Kind::kText &&
         (value.text.find(' ') != std::string::npos || value.text.find('T') == 10);
}

const ContractValue* meant_value(const SentTelegram& sent, Obis code) {
  const auto literal = sent.expectation.literal.find(code);
  if (literal != sent.expectation.literal.end()) return &literal->second;
  const auto value = sent.meant.values.find(code);
  return value == sent.meant.values.end() ? nullptr : &value->second;
}

}  // namespace

std::string_view to_string(Expectation::Whole whole) {
  switch (whole) {
    case Whole::kValues:
      return "values";
    case Whole::kPart:
      return "part";
    case Whole::kNothing:
      return "nothing";
    case Whole::kEither:
      return "either";
    case Whole::kAnything:
      break;
  }
  return "anything";
}

std::string_view to_string(Topic topic) {
  switch (topic) {
    case Topic::kReported:
      return "reported";
    case Topic::kLost:
      return "lost";
    case Topic::kMixed:
      return "mixed";
    case Topic::kValue:
      return "value";
    case Topic::kDevice:
      return "device";
    case Topic::kTariff:
      return "tariff";
    case Topic::kLine:
      return "line";
    case Topic::kContract:
      return "contract";
    case Topic::kSurvival:
      break;
  }
  return "survival";
}

TelegramJudge::TelegramJudge(ReaderTraits traits) : traits_(std::move(traits)) {}

void TelegramJudge::begin(ReaderTraits traits) {
  traits_ = std::move(traits);
  findings_.clear();
  long_lost_before_ = long_lost_ = 0;
  for (Watched& watched : watched_) watched.settled = true;
}

void TelegramJudge::expect(SentTelegram telegram) {
  watched_.push_back({.sent = std::move(telegram)});
  retire();
}

void TelegramJudge::retire() {
  while (watched_.size() > kWatched) {
    const Watched& oldest = watched_.front();
    if (is_lost(oldest)) {
      ++(oldest.sent.standing == Standing::kBefore ? long_lost_before_ : long_lost_);
    }
    watched_.pop_front();
  }
}

bool TelegramJudge::is_lost(const Watched& watched) {
  return !watched.settled && watched.told == 0 && watched.sent.expectation.is_owed();
}

bool TelegramJudge::claims(Obis code) const {
  return matches_any_glob(traits_.claims, to_string(code));
}

/// True if the telegram sent before it said the same.
bool TelegramJudge::is_unchanged(const SentTelegram& sent, Obis code,
                                 const ContractValue& meant) const {
  const auto found = std::ranges::find_if(
      watched_, [&](const Watched& watched) { return &watched.sent == &sent; });
  if (found == watched_.begin() || found == watched_.end()) return false;
  const ContractValue* const before = meant_value(std::prev(found)->sent, code);
  return before != nullptr && *before == meant;
}

/// True if every reported value that distinguishes telegrams is what was sent.
bool TelegramJudge::is_all_of(const ContractTelegram& said, const SentTelegram& sent) const {
  bool any = false;
  for (const auto& [code, value] : said.values) {
    const ContractValue* const meant = meant_value(sent, code);
    if (meant == nullptr || !tells_apart(*meant)) continue;
    if (!is_same(value, *meant, traits_.precision)) return false;
    any = true;
  }
  return any;
}

/// The telegram that has most in common with the report: at least one value that differs from
/// telegram to telegram. Of equals, the oldest that is not reported yet.
TelegramJudge::Watched* TelegramJudge::recognise(const ContractTelegram& said) {
  for (Watched& candidate : watched_) {
    const bool awaited = candidate.told == 0 && !candidate.settled;
    if (awaited && is_all_of(said, candidate.sent)) return &candidate;
  }
  // The newest first: where it is meant, the others are soon known to have less in common.
  Watched* best = nullptr;
  std::size_t most = 0;
  const std::vector<ContractDevice> devices = said.mbus.value_or(std::vector<ContractDevice>{});
  for (auto watched = watched_.rbegin(); watched != watched_.rend(); ++watched) {
    Watched& candidate = *watched;
    const auto meant_devices = candidate.sent.meant.mbus.value_or(std::vector<ContractDevice>{});
    std::size_t same = 0;
    for (const ContractDevice& device : devices) {
      same += static_cast<std::size_t>(std::ranges::count_if(meant_devices, [&](const auto& meant) {
        return is_same(device.reading, meant.reading, traits_.precision);
      }));
    }
    std::size_t left = said.values.size();
    for (const auto& [code, value] : said.values) {
      if (same + left-- < most) break;
      const ContractValue* const meant = meant_value(candidate.sent, code);
      if (meant == nullptr || !tells_apart(*meant)) continue;
      if (is_same(value, *meant, traits_.precision)) ++same;
    }
    const bool better = same > most || (same == most && same > 0 && best->told >= candidate.told);
    if (!better) continue;
    best = &candidate;
    most = same;
  }
  return best;
}

std::optional<std::string> TelegramJudge::take(const ContractTelegram& said) {
  if (!said.flags.empty()) return std::nullopt;
  Watched* const watched = recognise(said);
  if (watched == nullptr) {
    if (findings_.size() < kMostFindings) {
      findings_.push_back({.topic = Topic::kReported,
                           .message = "reports a telegram that was never sent: " + to_json(said),
                           .way = "never sent"});
    }
    return std::nullopt;
  }
  const SentTelegram& sent = watched->sent;
  ++watched->told;
  const bool judged = !watched->settled && sent.expectation.whole != Whole::kAnything;
  if (!judged || findings_.size() >= kMostFindings) return sent.name;
  if (watched->told > 1 && !sent.expectation.may_repeat) {
    findings_.push_back({.topic = Topic::kReported,
                         .telegram = sent.name,
                         .message = "was reported " + counted(watched->told, "time"),
                         .standing = sent.standing,
                         .way = "repeated"});
  }
  const std::size_t before = findings_.size();
  compare(sent, said);
  compare_devices(sent, said);
  compare_tariffs(sent, said);
  if (sent.expectation.whole == Whole::kNothing) {
    // That it was reported is what is wrong, whatever it said.
    findings_.resize(before);
    findings_.push_back({.topic = Topic::kReported,
                         .telegram = sent.name,
                         .message = "was reported, but must be rejected",
                         .standing = sent.standing,
                         .way = "accepted"});
  }
  return sent.name;
}

/// The other telegram that says this about the object; nothing if none does.
const SentTelegram* TelegramJudge::says_of_another(const SentTelegram& sent, Obis code,
                                                   const ContractValue& said) const {
  for (const Watched& other : watched_) {
    if (&other.sent == &sent) continue;
    const ContractValue* const meant = meant_value(other.sent, code);
    if (meant == nullptr || !tells_apart(*meant)) continue;
    if (is_same(said, *meant, traits_.precision)) return &other.sent;
  }
  return nullptr;
}

void TelegramJudge::compare(const SentTelegram& sent, const ContractTelegram& said) {
  const Expectation& expectation = sent.expectation;
  const auto find = [&](Obis code, std::string message, std::string way,
                        Topic topic = Topic::kValue) {
    findings_.push_back({.topic = topic,
                         .telegram = sent.name,
                         .message = to_string(code) + " " + std::move(message),
                         .standing = sent.standing,
                         .code = code,
                         .is_asked = holds(sent.asked, code),
                         .way = std::move(way)});
  };
  for (const auto& [code, value] : said.values) {
    const bool is_null = has_no_value(value);
    if (holds(expectation.uncertain, code)) continue;
    if (holds(expectation.invalid, code)) {
      if (!is_null) find(code, "says " + to_json(value) + ", but it is invalid", "invalid");
      continue;
    }
    if (holds(expectation.absent, code)) {
      if (!is_null) find(code, "says " + to_json(value) + ", but must not be reported", "absent");
      continue;
    }
    if (is_null && holds(expectation.optional, code)) continue;
    const ContractValue* const meant = meant_value(sent, code);
    if (meant == nullptr) {
      if (!is_null) {
        find(code, "says " + to_json(value) + ", but it was not sent", std::string(kExtra));
      }
    } else if (auto wrong = difference(value, *meant, traits_.precision)) {
      const SentTelegram* const other =
          is_null || !tells_apart(*meant) ? nullptr : says_of_another(sent, code, value);
      if (other == nullptr) {
        find(code, std::move(*wrong), way_of(value, *meant, traits_.precision));
      } else {
        find(code, *wrong + ": that is what " + other->name + " said", "of another telegram",
             Topic::kMixed);
      }
    }
  }
  if (expectation.whole == Whole::kPart) return;
  const auto require = [&](Obis code, const ContractValue& meant) {
    const bool loose = holds(expectation.uncertain, code) || holds(expectation.invalid, code) ||
                       holds(expectation.absent, code) || holds(expectation.optional, code);
    if (loose || has_no_value(meant) || said.values.contains(code) || !claims(code)) return;
    if (traits_.tells_changes_only && is_unchanged(sent, code, meant)) return;
    find(code, "is not reported, expected " + to_json(meant), "missing");
  };
  for (const auto& [code, meant] : expectation.literal) require(code, meant);
  for (const auto& [code, meant] : sent.meant.values) {
    if (!expectation.literal.contains(code)) require(code, meant);
  }
}

void TelegramJudge::compare_devices(const SentTelegram& sent, const ContractTelegram& said) {
  if (!sent.meant.mbus || (!said.mbus && !traits_.needs_mbus)) return;
  const auto find = [&](std::string message, std::string way) {
    findings_.push_back({.topic = Topic::kDevice,
                         .telegram = sent.name,
                         .message = "mbus: " + std::move(message),
                         .standing = sent.standing,
                         .is_asked = sent.asks_devices,
                         .way = std::move(way)});
  };
  const std::vector<ContractDevice> told = said.mbus.value_or(std::vector<ContractDevice>{});
  std::vector<bool> named(sent.meant.mbus->size(), false);
  for (const ContractDevice& device : told) {
    // By channel, else by medium and reading.
    std::optional<std::size_t> which;
    for (std::size_t i = 0; i < sent.meant.mbus->size() && !which; ++i) {
      const ContractDevice& meant = (*sent.meant.mbus)[i];
      const bool same = device.channel
                            ? device.channel == meant.channel
                            : !difference(device.reading, meant.reading, traits_.precision);
      if (same && !named[i]) which = i;
    }
    if (!which) {
      find("reports a device that does not exist: " + to_json(device.reading), std::string(kExtra));
      continue;
    }
    named[*which] = true;
    const ContractDevice& meant = (*sent.meant.mbus)[*which];
    const std::string channel = "channel " + std::to_string(meant.channel.value_or(0)) + " ";
    if (device.medium && meant.medium && *device.medium != *meant.medium) {
      find(channel + "is reported as \"" + *device.medium + "\", but is " + *meant.medium,
           *meant.medium + " as " + *device.medium);
    }
    if (const auto wrong = difference(device.reading, meant.reading, traits_.precision)) {
      find(channel + *wrong, way_of(device.reading, meant.reading, traits_.precision));
    }
    if (device.id && meant.id) {
      const ContractValue said_id{.kind = Kind::kText, .text = *device.id};
      const ContractValue meant_id{.kind = Kind::kText, .text = *meant.id};
      if (const auto wrong = difference(said_id, meant_id, traits_.precision)) {
        find(channel + "id " + *wrong, "id: " + way_of(said_id, meant_id, traits_.precision));
      }
    }
  }
  if (!traits_.needs_mbus) return;
  for (std::size_t i = 0; i < named.size(); ++i) {
    const ContractDevice& meant = (*sent.meant.mbus)[i];
    if (!named[i]) {
      find("channel " + std::to_string(meant.channel.value_or(0)) + ", " +
               meant.medium.value_or("a device") + ", is not reported",
           meant.medium.value_or("a device") + " missing");
    }
  }
}

void TelegramJudge::compare_tariffs(const SentTelegram& sent, const ContractTelegram& said) {
  const auto find = [&](std::string message, std::string way) {
    findings_.push_back({.topic = Topic::kTariff,
                         .telegram = sent.name,
                         .message = std::move(message),
                         .standing = sent.standing,
                         .is_asked = traits_.needs_tariffs,
                         .way = std::move(way)});
  };
  const auto compare_one = [&](const std::string& name, const std::optional<std::string>& told,
                               const std::optional<std::string>& meant) {
    if (!meant) return;
    if (!told) {
      if (traits_.needs_tariffs) find(name + " is not reported", name + " missing");
      return;
    }
    const ContractValue said_one{.kind = Kind::kText, .text = *told};
    const ContractValue meant_one{.kind = Kind::kText, .text = *meant};
    const auto wrong = difference(said_one, meant_one, traits_.precision);
    if (wrong)
      find(name + " " + *wrong, name + ": " + way_of(said_one, meant_one, traits_.precision));
  };
  const ContractTelegram& meant = sent.meant;
  compare_one("import.normal", said.import.normal, meant.import.normal);
  compare_one("import.low", said.import.low, meant.import.low);
  compare_one("export.normal", said.exported.normal, meant.exported.normal);
  compare_one("export.low", said.exported.low, meant.exported.low);
}

bool TelegramJudge::was_told(std::string_view name) const {
  return std::ranges::any_of(watched_, [&](const Watched& watched) {
    return !watched.settled && watched.told > 0 && watched.sent.name == name;
  });
}

std::size_t TelegramJudge::lost() const {
  return long_lost_ +
         static_cast<std::size_t>(std::ranges::count_if(watched_, [](const Watched& watched) {
           return is_lost(watched) && watched.sent.standing != Standing::kBefore;
         }));
}

std::vector<Mismatch> TelegramJudge::findings(std::size_t may_lose) const {
  std::vector<Mismatch> all = findings_;
  const bool too_many = lost() > may_lose;
  const auto find_long_lost = [&](std::size_t count, Standing standing) {
    if (count == 0) return;
    all.push_back({.topic = Topic::kLost,
                   .message = counted(count, "telegram") + " lost",
                   .standing = standing,
                   .way = "lost"});
  };
  find_long_lost(long_lost_before_, Standing::kBefore);
  if (too_many) find_long_lost(long_lost_, Standing::kSubject);
  for (const Watched& watched : watched_) {
    const bool is_before = watched.sent.standing == Standing::kBefore;
    if (!is_lost(watched) || (!is_before && !too_many)) continue;
    all.push_back({.topic = Topic::kLost,
                   .telegram = watched.sent.name,
                   .message = "was lost",
                   .standing = watched.sent.standing,
                   .way = "lost"});
  }
  return all;
}

}  // namespace p1rig
