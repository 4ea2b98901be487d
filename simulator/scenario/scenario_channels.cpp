#include <algorithm>
#include <array>
#include <string>

#include "simulator/scenario/device_list.h"
#include "simulator/scenario/scenario_file.h"

namespace p1rig {
namespace {

/// What is on the four channels of an M-Bus, from event to event.
class Channels {
 public:
  Channels(const Profile& profile, Complaints& complaints)
      : profile_(&profile), complaints_(complaints) {}

  /// A device comes; channel 0: to the first free one.
  void take(const ScenarioDevice& device, Place place) {
    int channel = device.device.channel;
    for (int free = 1; channel == 0 && free <= 4; ++free) {
      if (!at(free).used) channel = free;
    }
    if (channel == 0) {
      return complaints_.add(place, "a fifth M-Bus device: there are only four channels");
    }
    if (at(channel).used) {
      complaints_.add(place, "channel " + std::to_string(channel) + " is taken");
    }
    at(channel) = {.used = true, .medium = device.device.medium, .use = device.use.value_or(0)};
    refuse_two(device.device.medium, place);
  }

  void happens(const ConnectEvent& event, Place place) { take(event.device, place); }

  void happens(const DisconnectEvent& event, Place place) {
    at(event.channel).gone = false;  // its last value may go, too
    meets(event.channel, place);
    at(event.channel) = {};
  }

  void happens(const ExchangeEvent& event, Place place) {
    meets(event.channel, place);
    Channel& old = at(event.channel);
    old = event.old_stays ? Channel{.used = true, .gone = true, .medium = old.medium} : Channel{};
    take(event.device, place);
  }

  void happens(const RadioEvent& event, Place place) { meets(event.channel, place); }
  void happens(const ValveEvent& event, Place place) { meets(event.channel, place); }

  void happens(const ReadingEvent& event, Place place) {
    if (!meets(event.channel, place)) return;
    const Medium here = at(event.channel).medium;
    const std::string on = "channel " + std::to_string(event.channel) + " has a " +
                           std::string(to_string(here)) + " meter";
    if (event.medium && *event.medium != here) {
      complaints_.add(place, on + ", not " + std::string(to_string(*event.medium)));
    } else if (!event.medium && dimension_of(here) != dimension_of(Medium::kGas)) {
      complaints_.add(
          place, on + ": medium = \"" + std::string(to_string(here)) + "\" belongs to its reading");
    }
  }

  void happens(const DeviceClockEvent& event, Place place) { meets(event.channel, place); }

  void happens(const MeterExchangeEvent&, Place) {
    for (Channel& channel : channels_) {
      if (channel.gone) channel = {};
    }
  }

  void happens(const FirmwareEvent& event, Place place) {
    const Profile& profile = *event.profile;
    profile_ = &profile;
    for (std::size_t i = 0; i < kMediumCount; ++i) refuse_two(static_cast<Medium>(i), place);
    for (std::size_t i = 0; i < channels_.size(); ++i) {
      const Channel& channel = channels_[i];
      if (!channel.used) continue;
      const std::string medium(to_string(channel.medium));
      if (profile.mbus_text[static_cast<std::size_t>(channel.medium)].empty()) {
        complaints_.add(place, profile.name + " has no [mbus." + medium +
                                   "] for the device on channel " + std::to_string(i + 1) +
                                   ": disconnect it before");
      } else if (channel.use > most_use(profile)) {
        complaints_.add(place, "the device on channel " + std::to_string(i + 1) +
                                   " uses too much for the shorter capture period of " +
                                   profile.name);
      }
    }
  }

  template <class Other>
  void happens(const Other&, Place) {}

 private:
  /// Two devices of a medium whose codes have no channel would send the same lines.
  void refuse_two(Medium medium, Place place) {
    const auto count = std::ranges::count_if(channels_, [&](const Channel& channel) {
      return channel.used && channel.medium == medium;
    });
    if (count > 1 && lacks_channel(medium, *profile_)) {
      complaints_.add(place, room_for_one(medium, *profile_));
    }
  }

  struct Channel {
    bool used = false;
    bool gone = false;  ///< exchanged: only its last value is left
    Medium medium = Medium::kGas;
    std::int64_t use = 0;  ///< in each capture period
  };

  Channel& at(int channel) { return channels_[static_cast<std::size_t>(channel - 1)]; }

  /// False, after a complaint, where there is no device to which something could happen.
  bool meets(int channel, Place place) {
    const std::string on = " M-Bus device on channel " + std::to_string(channel);
    if (!at(channel).used) {
      complaints_.add(place, "there is no" + on + " when something happens to it");
    } else if (at(channel).gone) {
      complaints_.add(place, "the" + on + " was exchanged: only its last value is left");
    }
    return at(channel).used && !at(channel).gone;
  }

  std::array<Channel, 4> channels_{};
  const Profile* profile_;  ///< as which the meter prints by then
  Complaints& complaints_;
};

}  // namespace

void check_channels(const Scenario& scenario, const std::vector<Place>& device_places,
                    const Profile& profile, Complaints& complaints) {
  Channels channels(profile, complaints);
  if (scenario.devices) {
    for (std::size_t i = 0; i < scenario.devices->size(); ++i) {
      channels.take((*scenario.devices)[i], device_places[i]);
    }
  } else {
    for (const MbusDevice& device : profile.start.devices)
      channels.take({device, std::nullopt}, {});
  }
  for (const Event& event : scenario.events) {
    std::visit([&](const auto& what) { channels.happens(what, event.place); }, event.what);
  }
}

}  // namespace p1rig
