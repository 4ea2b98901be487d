#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/judge/compare.h"
#include "conformance/judge/contract.h"

namespace p1rig {

/// What a case expects a reader to make of one telegram.
struct Expectation {
  enum class Whole : std::uint8_t {
    kValues,   ///< it is reported, and correct
    kPart,     ///< it is reported, what is reported is correct
    kNothing,  ///< it is rejected
    kEither,   ///< it is rejected, or reported correctly
    kAnything  ///< it does not matter: only what follows does
  };
  Whole whole = Whole::kValues;
  ContractValues literal = {};       ///< replaces what the Truth says
  std::vector<Obis> absent = {};     ///< must not be reported
  std::vector<Obis> invalid = {};    ///< null, or not reported
  std::vector<Obis> optional = {};   ///< correct, null, or not reported
  std::vector<Obis> uncertain = {};  ///< may have any value
  bool may_repeat = false;           ///< it was sent twice

  /// True if the reader has to report it.
  bool is_owed() const { return whole == Whole::kValues || whole == Whole::kPart; }
};

/// "values", "part", "nothing", "either", "anything": as cases write it.
std::string_view to_string(Expectation::Whole whole);

/// The role of a telegram in its case: the subject is what the case is about, all others are ordinary.
enum class Standing : std::uint8_t { kBefore, kSubject, kAfter };

/// A telegram that is sent to the reader, with what it says by its Truth.
struct SentTelegram {
  std::string name;  ///< "A" of the case, "sentinel 1"
  Expectation expectation = {};
  ContractTelegram meant = {};
  Standing standing = Standing::kSubject;
  std::vector<Obis> asked = {};  ///< the objects that the case is about
  bool asks_devices = false;     ///< the case is about the devices on the M-Bus
};

/// What is known of a reader before it is judged.
struct ReaderTraits {
  Precision precision = {};
  /// The codes that it reports whenever they are sent, by the keys of a clean telegram or by what it
  /// claimed: the absence of any other is not a failure.
  std::vector<std::string> claims = {};
  bool needs_mbus = false;          ///< the case asks for "mbus": it must report every device
  bool needs_tariffs = false;       ///< the case asks for "import"
  bool tells_changes_only = false;  ///< unchanged values are not reported
};

/// What a mismatch is about.
enum class Topic : std::uint8_t {
  kReported,  ///< a telegram was reported that should not have been, or more than once
  kLost,      ///< a telegram was expected and not reported
  kMixed,     ///< a value of another telegram
  kValue,     ///< the value of one object
  kDevice,    ///< what was concluded about the M-Bus devices
  kTariff,    ///< which tariff register is which
  kLine,      ///< the reader's end of the line
  kContract,  ///< the form of what it writes
  kSurvival   ///< it ended, or fell silent for good
};
/// "reported", "lost", …: as docs/reports.md names them.
std::string_view to_string(Topic topic);

struct Mismatch {
  Topic topic = Topic::kValue;
  std::string telegram = {};  ///< the name of the one that it is about; empty if none
  std::string message = {};
  Standing standing = Standing::kSubject;  ///< of that telegram
  std::optional<Obis> code = {};           ///< the object that it is about
  bool is_asked = false;                   ///< the case asks for this object, or this conclusion
  /// In which way it is wrong (way_of() in compare.h), or "missing", kExtra, "twice" …: the same for
  /// each telegram of a reader that always makes this mistake.
  std::string way = {};
};

/// The way of a value that no telegram has.
inline constexpr std::string_view kExtra = "extra";

/// Compares what a reader reports with what was sent to it. Knows nothing of how either was made.
///
/// Telegrams are recognised by their values, which differ from one to the next, and reports come in
/// the order of sending: so a telegram counts as rejected once a later one is reported.
class TelegramJudge {
 public:
  explicit TelegramJudge(ReaderTraits traits);

  /// Call this before the telegram is sent.
  void expect(SentTelegram telegram);

  /// The name of the telegram that the reader reports; nothing for one that was never sent. What is
  /// wrong with it becomes a finding. A flagged one counts as rejected and returns nothing.
  std::optional<std::string> take(const ContractTelegram& said);

  bool was_told(std::string_view name) const;

  /// The number of good telegrams that were expected and not reported so far, from the subject on.
  std::size_t lost() const;

  /// What was wrong, and "lost" for each expected telegram that was not reported; empty if all is well.
  /// `may_lose`: how many may be lost, from the subject on.
  std::vector<Mismatch> findings(std::size_t may_lose) const;

  /// Reports of earlier telegrams may still arrive, but are no longer expected.
  void begin(ReaderTraits traits);

 private:
  struct Watched {
    SentTelegram sent;
    std::size_t told = 0;
    bool settled = false;  ///< of an earlier case
  };

  bool is_all_of(const ContractTelegram& said, const SentTelegram& sent) const;
  Watched* recognise(const ContractTelegram& said);
  void compare(const SentTelegram& sent, const ContractTelegram& said);
  void compare_devices(const SentTelegram& sent, const ContractTelegram& said);
  void compare_tariffs(const SentTelegram& sent, const ContractTelegram& said);
  const SentTelegram* says_of_another(const SentTelegram& sent, Obis code,
                                      const ContractValue& said) const;
  static bool is_lost(const Watched& watched);
  bool claims(Obis code) const;
  bool is_unchanged(const SentTelegram& sent, Obis code, const ContractValue& meant) const;
  void retire();

  ReaderTraits traits_;
  std::deque<Watched> watched_;
  /// Lost telegrams that are no longer watched: before the subject, and from it on.
  std::size_t long_lost_before_ = 0, long_lost_ = 0;
  std::vector<Mismatch> findings_;
};

}  // namespace p1rig
