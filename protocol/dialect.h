#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "protocol/line_settings.h"
#include "protocol/obis.h"

namespace p1rig {

/// One edition of one country's P1: what profiles, lint, cases and readers name.
struct Dialect {
  std::string_view name;      ///< "dsmr-5.0"
  std::string_view document;  ///< "DSMR-P1 5.0.2"
  LineSettings line;
  std::chrono::seconds period;
  bool has_crc;
  std::chrono::minutes normal_offset;  ///< of the country's normal time to UTC
  bool summer_time;                    ///< false in Sweden: W all year (SWE §3.1)
  std::string_view summary;
};

std::span<const Dialect> dialects();
const Dialect* find_dialect(std::string_view name);

/// True where a shell-like pattern ("dsmr-4.*", "emucs-*", '*' and '?') names the text. Several
/// patterns may stand side by side, separated by blanks.
bool matches_glob(std::string_view patterns, std::string_view text);

/// True where one of the patterns names the text.
bool matches_any_glob(std::span<const std::string> patterns, std::string_view text);

/// True where the pattern names a dialect that there is.
bool names_a_dialect(std::string_view pattern);

/// What a dialect prescribes for an object: its brackets in the notation of protocol/shape.h.
struct ObjectRule {
  std::string_view dialects;  ///< globs
  std::string_view obis;      ///< plain code; 'n' in group B stands for an M-Bus channel 1 to 4
  std::string_view shape;
  std::string_view clause;  ///< of the first dialect's document
  std::string_view meaning;
};

std::span<const ObjectRule> object_rules();

/// The rule of this object in this dialect; nullptr where the dialect does not know the object.
const ObjectRule* find_object_rule(const Dialect& dialect, Obis code);

}  // namespace p1rig
