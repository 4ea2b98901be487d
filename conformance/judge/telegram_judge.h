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
    kValues,   ///< it is told, and right
    kPart,     ///< it is told, and what is told of it is right
    kNothing,  ///< it is dropped
    kEither,   ///< it is dropped, or told and right
    kAnything  ///< whatever is told of it: only what comes after counts
  };
  Whole whole = Whole::kValues;
  ContractValues literal = {};       ///< instead of what the Truth says
  std::vector<Obis> absent = {};     ///< must not be told at all
  std::vector<Obis> invalid = {};    ///< null, or not told
  std::vector<Obis> optional = {};   ///< right, null, or not told
  std::vector<Obis> uncertain = {};  ///< whatever is told of them
  bool may_repeat = false;           ///< it was sent twice

  /// True where the reader has to tell it.
  bool is_owed() const { return whole == Whole::kValues || whole == Whole::kPart; }
};

/// "values", "part", "nothing", "either", "anything": as cases write it.
std::string_view to_string(Expectation::Whole whole);

/// Where a telegram stands in its case: the subject is what the case is about, all others are ordinary.
enum class Standing : std::uint8_t { kBefore, kSubject, kAfter };

/// A telegram on its way to the reader, with what it says by its Truth.
struct SentTelegram {
  std::string name;  ///< "A" of the case, "sentinel 1"
  Expectation expectation = {};
  ContractTelegram meant = {};
  Standing standing = Standing::kSubject;
  std::vector<Obis> asked = {};  ///< the objects that the case is about
  bool asks_devices = false;     ///< likewise of the devices on the M-Bus
};

/// What is known of a reader before it is judged.
struct ReaderTraits {
  Precision precision = {};
  /// The codes that it tells whenever they are sent, by the keys of a clean telegram or by what it
  /// claimed: the absence of any other is no failure.
  std::vector<std::string> claims = {};
  bool needs_mbus = false;          ///< the case asks for "mbus": every device must be told
  bool needs_tariffs = false;       ///< the case asks for "import"
  bool tells_changes_only = false;  ///< what is as in the telegram before is not told
};

/// What a mismatch is about.
enum class Topic : std::uint8_t {
  kReported,  ///< a telegram was reported that should not have been, or more than once
  kLost,      ///< a telegram was owed and not reported
  kMixed,     ///< a value of another telegram
  kValue,     ///< the value of one object
  kDevice,    ///< what was concluded of the devices on the M-Bus
  kTariff,    ///< which tariff register is which
  kLine,      ///< the reader's end of the line
  kContract,  ///< the form of what it says
  kSurvival   ///< it ended, or fell silent for good
};
/// "reported", "lost", …: as docs/reports.md names them.
std::string_view to_string(Topic topic);

struct Mismatch {
  Topic topic = Topic::kValue;
  std::string telegram = {};  ///< the name of the one that it is about; empty where none is
  std::string message = {};
  Standing standing = Standing::kSubject;  ///< of that telegram
  std::optional<Obis> code = {};           ///< the object that it is about
  bool is_asked = false;                   ///< the case asks for this object, or this conclusion
};

/// Compares what a reader says with what was sent to it. Knows nothing of how either was made.
///
/// Telegrams are recognised by their values, which differ from one to the next, and reports come in
/// the order of sending: so a telegram counts as dropped once a later one was told.
class TelegramJudge {
 public:
  explicit TelegramJudge(ReaderTraits traits);

  /// To be called before the telegram is sent.
  void expect(SentTelegram telegram);

  /// The name of the telegram that the reader tells; nothing for one that was never sent. What is
  /// wrong about it becomes a finding. A flagged one counts as rejected and is none.
  std::optional<std::string> take(const ContractTelegram& said);

  bool was_told(std::string_view name) const;

  /// Right telegrams that were owed and not told, so far, from the subject of the case on.
  std::size_t lost() const;

  /// What was wrong, and "lost" for each telegram that was owed; none where all is well. `may_lose` says
  /// how many may be, from the subject on.
  std::vector<Mismatch> findings(std::size_t may_lose) const;

  /// The telegrams of before can come late; nothing more is asked of them.
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
  /// Of those that are not watched any more: before the subject, and from it on.
  std::size_t long_lost_before_ = 0, long_lost_ = 0;
  std::vector<Mismatch> findings_;
};

}  // namespace p1rig
