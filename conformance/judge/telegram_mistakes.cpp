#include "conformance/judge/telegram_mistakes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "conformance/judge/crc_ways.h"
#include "protocol/wording.h"

namespace p1rig {
namespace {

/// Looking at more would cost time and show no more.
constexpr std::size_t kMostTelegrams = 32;
constexpr std::size_t kMostLosses = 1000;

/// Damage of one kind, reported together.
class Kinds {
 public:
  void add(Damage damage, std::uint64_t offset) {
    const auto known = std::ranges::find(kinds_, damage.id, &Kind::id);
    if (known == kinds_.end()) {
      kinds_.push_back({damage.id, std::move(damage), offset, 1});
      return;
    }
    ++known->count;
    // The surest one speaks for all.
    if (damage.likelihood >= known->damage.likelihood) return;
    known->damage = std::move(damage);
    known->offset = offset;
  }

  bool has_only(std::string_view id) const { return kinds_.size() == 1 && kinds_[0].id == id; }

  std::vector<Damage> take() {
    std::ranges::stable_sort(kinds_, std::greater<>(), &Kind::count);
    std::vector<Damage> all;
    for (Kind& kind : kinds_) {
      kind.damage.why = fmt::format("{}at offset {}: {}",
                                    kind.count > 1 ? counted(kind.count, "time") + ", first " : "",
                                    kind.offset, kind.damage.why);
      all.push_back(std::move(kind.damage));
    }
    return all;
  }

 private:
  struct Kind {
    std::string_view id;
    Damage damage;
    std::uint64_t offset;
    std::size_t count;
  };
  std::vector<Kind> kinds_;
};

/// The way to compute a CRC that fits most of the telegrams.
struct BestWay {
  CrcWay way;
  std::set<std::string_view> fits;  ///< different telegrams
};

BestWay find_best_way(const std::set<std::string_view>& telegrams) {
  std::map<std::string, BestWay> ways;
  for (const std::string_view telegram : telegrams) {
    for (const CrcWay& way : find_crc_ways(decode_telegram(telegram))) {
      if (way == kDamagedLineEnds) continue;
      BestWay& known = ways.try_emplace(to_string(way), BestWay{way, {}}).first->second;
      known.fits.insert(telegram);
    }
  }
  BestWay best;
  for (auto& [name, way] : ways) {
    const bool nearer =
        way.fits.size() == best.fits.size() && way.way.deviations() < best.way.deviations();
    if (way.fits.size() > best.fits.size() || nearer) best = std::move(way);
  }
  return best;
}

/// A CRC of another way is said once for all its telegrams, which are taken out.
void explain_by_crc(std::vector<const SeenTelegram*>& wrong, Kinds& kinds) {
  std::set<std::string_view> different;
  for (const SeenTelegram* const telegram : wrong) {
    if (telegram->verdict == TelegramVerdict::kCrcWrong) different.insert(telegram->bytes);
  }
  const BestWay best = find_best_way(different);
  const bool known = best.fits.size() > 1;
  const bool likely = different.size() == 1 && best.fits.size() == 1 && best.way.deviations() == 1;
  if (!known && !likely) return;
  const std::string why = known ? fmt::format("{} gives the CRCs of {}", to_string(best.way),
                                              counted(best.fits.size(), "different telegram"))
                                : fmt::format(
                                      "{} gives the CRC; the chance of a coincidence is one in {}; "
                                      "a second telegram would decide",
                                      to_string(best.way), chance_of(best.way));
  for (const SeenTelegram* const telegram : wrong) {
    if (!best.fits.contains(telegram->bytes)) continue;
    kinds.add({"crc-algorithm", known ? Likelihood::kCertain : Likelihood::kLikely, why},
              telegram->offset);
  }
  std::erase_if(wrong,
                [&](const SeenTelegram* telegram) { return best.fits.contains(telegram->bytes); });
}

bool is_as_long_as_a_right_one(const Loss& loss, const LineContents& contents) {
  return std::ranges::any_of(contents.telegrams, [&](const SeenTelegram& telegram) {
    return telegram.verdict == TelegramVerdict::kRight && telegram.bytes.size() == loss.size;
  });
}

Damage explain_loss(const Loss& loss, const LineContents& contents) {
  const bool is_frame =
      loss.kind == Loss::Kind::kFrameCut || loss.kind == Loss::Kind::kFrameOverrun;
  if (contents.frame_heads && !is_frame) {
    return {"bytes-lost", Likelihood::kPossible,
            counted(loss.size, "byte") +
                " outside any sealed frame: the frame before them is cut, or its length is wrong"};
  }
  switch (loss.kind) {
    case Loss::Kind::kTelegramCut:
      if (is_as_long_as_a_right_one(loss, contents)) {
        return {"noise", Likelihood::kLikely,
                "the '!' of a telegram was changed, but none of its bytes are missing"};
      }
      return {"bytes-lost", Likelihood::kLikely,
              fmt::format("{} of a telegram, then another one starts", counted(loss.size, "byte"))};
    case Loss::Kind::kFrameCut:
      return {
          "bytes-lost", Likelihood::kLikely,
          fmt::format("{} of a sealed frame of {}", counted(loss.size, "byte"), loss.announced)};
    case Loss::Kind::kFrameOverrun:
      return {"bytes-lost", Likelihood::kLikely,
              fmt::format("a sealed frame announces {}, but the next one starts after {}",
                          counted(loss.announced, "byte"), loss.size)};
    case Loss::Kind::kStray:
      break;
  }
  const bool text = ByteFacts(contents.bytes.substr(loss.offset, loss.size)).is_text();
  return {text ? "bytes-lost" : "noise", Likelihood::kLikely,
          fmt::format("{} outside any telegram{}", counted(loss.size, "byte"),
                      text ? "" : ", some of which no telegram contains")};
}

}  // namespace

std::vector<Damage> explain_telegrams(const LineContents& contents) {
  Kinds kinds;
  std::vector<const SeenTelegram*> wrong;
  for (const SeenTelegram& telegram : contents.telegrams) {
    if (telegram.verdict == TelegramVerdict::kRight) continue;
    if (wrong.size() < kMostTelegrams) wrong.push_back(&telegram);
  }
  explain_by_crc(wrong, kinds);
  std::set<std::string_view> edited;
  for (const SeenTelegram* const telegram : wrong) {
    Damage damage = explain_damage(*telegram, contents.telegrams);
    if (damage.id == "edited") edited.insert(telegram->bytes);
    kinds.add(std::move(damage), telegram->offset);
  }
  for (std::size_t i = 0; i < std::min(contents.losses.size(), kMostLosses); ++i) {
    const Loss& loss = contents.losses[i];
    kinds.add(explain_loss(loss, contents), loss.offset);
  }
  for (const std::uint64_t offset : contents.endless) {
    kinds.add({"bytes-lost", Likelihood::kLikely, "a telegram has no end"}, offset);
  }
  // One telegram may have been edited; that not a single one is correct has another reason.
  constexpr std::size_t kFew = 3;
  if (contents.right == 0 && kinds.has_only("edited") && edited.size() >= kFew) {
    return {{"crc-unknown", Likelihood::kLikely,
             fmt::format("{} are well-formed, but none has a correct CRC",
                         counted(edited.size(), "different telegram"))}};
  }
  std::vector<Damage> damages = kinds.take();
  if (damages.size() == 1 && damages[0].id == "edited") {
    damages.push_back({"noise", Likelihood::kPossible,
                       "a corrupted digit looks the same; more telegrams would decide"});
  } else if (damages.size() == 1 && damages[0].likelihood == Likelihood::kPossible) {
    damages.push_back({damages[0].id == "noise" ? "bytes-lost" : "noise", Likelihood::kPossible,
                       "these bytes do not distinguish the two"});
  }
  return damages;
}

}  // namespace p1rig
