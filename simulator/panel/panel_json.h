#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "protocol/line_settings.h"
#include "simulator/emission.h"
#include "simulator/line/session.h"
#include "simulator/profile/profile.h"
#include "simulator/state.h"

namespace p1rig {

// What the panel says, as JSON text. Members are added to it as further texts.

/// All that the meter shows: quantities with their units and codes, signed powers, devices.
std::string meter_json(const Profile& profile, const MeterState& state,
                       std::chrono::sys_seconds now);

/// A telegram with each of its lines explained from what it was made of.
std::string telegram_json(const Profile& profile, const MeterState& state,
                          std::chrono::sys_seconds t, const Emission& emission);

/// The lines and their readers.
std::string lines_json(const SessionStats& stats, const SessionNow& now,
                       std::span<Line* const> lines, const LineSettings& settings);

/// The same, for Prometheus; with the meter's powers and energies.
std::string metrics_text(const SessionStats& stats, const SessionNow& now,
                         std::span<Line* const> lines, const Profile& profile,
                         const MeterState& state);

std::string quantities_json(const Profile& profile);
std::string faults_json(std::string_view active);

/// "115200 8N1".
std::string settings_text(const LineSettings& settings);

/// "2026-10-25T00:30:00Z".
std::string utc_time(std::chrono::sys_seconds t);

/// The description of the API, OpenAPI 3.1.
std::string openapi_json(std::string_view version);

}  // namespace p1rig
