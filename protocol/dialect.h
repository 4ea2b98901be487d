#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "protocol/dialect_data.h"
#include "protocol/line_settings.h"
#include "protocol/obis.h"

namespace p1rig {

/// One edition of one country's P1: what profiles, lint, cases and readers name. Each has a file of
/// its own in protocol/dialects/.
struct Dialect {
  std::string_view name;      ///< "dsmr-5.0"
  std::string_view document;  ///< "DSMR-P1 5.0.2"
  LineSettings line;
  std::chrono::seconds period;
  bool has_crc;
  std::chrono::minutes normal_offset;  ///< offset of the country's standard time from UTC
  bool summer_time;                    ///< false in Sweden: W all year (SWE §3.1)
  std::string_view summary;

  std::string_view more_documents = {};  ///< what clauses of another document of it begin with
  bool is_period_exact = false;  ///< false: the period is the longest that may be, or a guess
  std::chrono::minutes capture_period{60};  ///< of the readings of M-Bus devices
  std::uint8_t normal_tariff = 0;           ///< 1 or 2; 0 if the country does not define it
  std::string_view minimum = {};            ///< the objects that a telegram has at least
  VersionObject version = {};
  TextLimit text_limit = {};             ///< beside those that all dialects have
  std::string_view representative = {};  ///< the profile that stands for it: its richest meter
  std::span<const ObjectRule> rules = {};
  std::span<const MbusForm> mbus = {};      ///< how its document shows the media that it knows
  std::span<const Summer> summers = {};     ///< if there is summer time: when; empty: as in Europe
  std::span<const OwnClause> clauses = {};  ///< the first that fits holds
  std::span<const FieldQuirk> quirks = {};  ///< the first that fits holds
  Recognition recognition = {};
};

/// In the order of the files in protocol/dialects/.
std::span<const Dialect> dialects();
const Dialect* find_dialect(std::string_view name);

/// True if a shell-like pattern ("dsmr-4.*", "emucs-*", '*' and '?') names the text. Several
/// patterns may stand side by side, separated by blanks.
bool matches_glob(std::string_view patterns, std::string_view text);

/// True if one of the patterns names the text.
bool matches_any_glob(std::span<const std::string> patterns, std::string_view text);

/// True if the pattern names a dialect that there is.
bool names_a_dialect(std::string_view pattern);

/// The rule of this object in this dialect; nullptr if the dialect does not know the object.
const ObjectRule* find_object_rule(const Dialect& dialect, Obis code);

}  // namespace p1rig
