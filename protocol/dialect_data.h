#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string_view>

namespace p1rig {

// What a dialect consists of besides its row. All of it is data: each file of protocol/dialects/ fills
// it in, and code that needs it reads it. Lists of objects are plain codes, separated by blanks.

/// What a dialect prescribes for an object: its brackets in the notation of protocol/shape.h.
struct ObjectRule {
  std::string_view obis;  ///< plain code; 'n' in group B stands for an M-Bus channel 1 to 4
  std::string_view shape;
  std::string_view clause;  ///< of the document that the rule was taken from
  std::string_view meaning;
};

/// The object that names the edition.
struct VersionObject {
  std::string_view obis = {};    ///< empty: there is none
  std::string_view values = {};  ///< globs
};

/// The most that a text may hold.
struct TextLimit {
  std::string_view obis = {};  ///< glob
  std::size_t digits = 0;      ///< hexadecimal
};

/// Another place for a clause, or for a rule.
struct OwnClause {
  std::string_view rule;    ///< glob, over the rules of lint
  std::string_view begins;  ///< of the clause; empty for any, and then nothing of it is kept
  std::string_view own;     ///< instead of that; after the document's name unless it has one
};

/// A known deviation of many meters: of a dialect, a manufacturer or a family. What one meter
/// has, its profile says ([[quirk]]).
struct FieldQuirk {
  /// The shape that the dialect asks for, but for blanks, or for a '*' that is left out.
  static constexpr std::string_view kLoose = "loose";

  std::string_view identification;  ///< globs for what follows '/'
  std::string_view rules;           ///< globs, over the rules of lint
  std::string_view obis;            ///< globs over plain codes; empty: the rule is of no one object
  /// What was seen there, in the notation of protocol/shape.h, or kLoose; empty if the rule tells
  /// all. Anything else stays what it is.
  std::string_view shape;
  std::string_view source;

  bool operator==(const FieldQuirk&) const = default;
};

/// The data lines of an M-Bus device, in the notation of profiles (docs/profiles.md).
struct MbusForm {
  std::string_view medium;
  std::string_view text;
};

/// When summer time begins and ends.
struct Summer {
  std::chrono::sys_seconds begin, end;
};

/// What telegrams of a dialect look like, where its objects and formats do not say enough.
struct Look {
  int weight = 0;                ///< as evidence (conformance/judge/detect_dialect.cpp)
  std::string_view any_of = {};  ///< objects, one of which is present; empty: any
  int energy_digits = 0;         ///< of 1-0:1.8.0 before the point; 0: any number of them
};

/// What a dialect is recognised by, beside its version, its objects and their shapes.
struct Recognition {
  std::string_view makers = {};         ///< globs over identifications that send this dialect only
  std::string_view makers_abroad = {};  ///< the same, but they do so in another country, too
  /// True if the version, if there is one, has the numbers of another country, or may have them.
  bool borrows_version = false;
  std::span<const Look> looks = {};
};

}  // namespace p1rig
