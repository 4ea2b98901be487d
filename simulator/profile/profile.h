#pragma once

#include <array>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/dialect.h"
#include "protocol/line_settings.h"
#include "protocol/result.h"
#include "simulator/files/document.h"
#include "simulator/render/render.h"
#include "simulator/schedule_settings.h"
#include "simulator/state.h"
#include "simulator/zone.h"

namespace p1rig {

// A profile is the telegram of one meter with holes (docs/profiles.md). It is loaded and compiled
// once; every meter of the profile shares it.

/// When M-Bus values are captured and shown (DSMR-P1 5.0.2 §7.3).
struct CaptureSettings {
  std::chrono::seconds period{3600};
  std::chrono::seconds offset{0};  ///< capture times are this much after a multiple of the period
  std::chrono::seconds spread{0};  ///< and up to this much more, another each time
  std::chrono::seconds delay{0};   ///< and on the port this much later
  int channels = 0;                ///< always printed; free ones as unlinked
};

struct ProfileQuirk {
  std::string rule, obis, source;
};

/// An object that the meter has beyond its family's telegrams, and where that is from.
struct ExtraShape {
  std::string obis, shape, source;
};

struct Evidence {
  std::vector<std::string> follows;
  std::string family;
  std::vector<ExtraShape> also;
};

/// Printed bytes that come out exactly (docs/profiles.md, "The example").
struct Example {
  std::string file;
  MeterState state;
  std::vector<std::pair<std::string, std::string>> misprints;  ///< printed, meant
};

struct Encryption {
  int suite = 0;
  int policy = 3;
  std::string system_title;  ///< eight bytes
};

struct Profile {
  std::string name;  ///< the file's stem
  std::string file;
  std::string title, brand, model, country;
  Place country_place;  ///< in the file
  const Dialect* dialect = nullptr;
  int phases = 3;
  std::string reader_setting;

  LineSettings line;
  ScheduleSettings schedule;
  Zone zone;
  CaptureSettings capture;

  Layout layout;
  std::string telegram_text;  ///< what `layout` was compiled from
  std::array<std::string, kMediumCount> mbus_text;
  std::string identification;  ///< as the text has it, after '/', holes included

  MeterState start;  ///< values, texts and devices at the start
  std::chrono::seconds register_update{0};
  bool phases_each = false;
  std::chrono::seconds phase_skew{0};

  std::vector<ProfileQuirk> quirks;
  Evidence evidence;
  std::optional<Example> example;
  std::optional<Encryption> encryption;
};

/// Whether a text message may be sent: not too long, and in one line (DSMR-P1 5.0.2 §7.2).
Result<void> check_message(std::string_view text);

/// Sets a quantity from its written form: a number with unit, a text, or a time of the zone.
Result<void> set_quantity(const QuantityRow& row, const std::string& text, const Zone& zone,
                          MeterState& state);

/// Adds what a meter prints for the channels that no device uses, in channel order.
void fill_free_channels(const CaptureSettings& capture, MeterState& state);

/// Loads one file. The error has a line for each thing that is wrong, with file:line:column.
Result<Profile> load_profile(const std::filesystem::path& file);
Result<Profile> parse_profile(std::string file, std::string text);

/// The profiles of the data directory by name, each with its file; those that do not load included.
std::map<std::string, std::filesystem::path> list_profiles();

/// A profile by name, or by path where the name has a '/' or ends in ".toml"; the error of an
/// unknown name suggests the nearest.
Result<Profile> find_profile(std::string_view name);

/// Which objects a port shows: a list that the operator sets (LUX-P1 1.1.3 §3.2.3).
struct Readout {
  std::vector<Obis> only;     ///< no others; empty: all that there are
  std::vector<Obis> without;  ///< of those, these are not shown
  bool shows(Obis code) const;
  bool operator==(const Readout&) const = default;
};

/// The objects of its telegram in their order, those of M-Bus devices for each channel.
std::vector<Obis> objects_of(const Profile& profile);

/// The profile with only the objects of `readout` in its telegram. Of a block of the M-Bus, too, each
/// data line is an object.
Result<Profile> with_readout(const Profile& profile, const Readout& readout);

/// The profile with another identification, what follows the '/', printed as it is.
Result<Profile> with_identification(const Profile& profile, std::string_view identification);

}  // namespace p1rig
