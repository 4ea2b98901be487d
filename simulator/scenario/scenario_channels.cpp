#include <array>
#include <string>

#include "simulator/scenario/scenario_file.h"

namespace p1rig {
namespace {

/// What is on the four channels of an M-Bus, from event to event.
class Channels {
 public:
  explicit Channels(Complaints& complaints) : complaints_(complaints) {}

  /// A device comes; 0: to the first free channel.
  void take(int wanted, Place place) {
    int channel = wanted;
    for (int free = 1; channel == 0 && free <= 4; ++free) {
      if (!at(free).used) channel = free;
    }
    if (channel == 0) {
      return complaints_.add(place, "a fifth M-Bus device: there are only four channels");
    }
    if (at(channel).used) {
      complaints_.add(place, "channel " + std::to_string(channel) + " is taken");
    }
    at(channel) = {.used = true};
  }

  void happens(const ConnectEvent& event, Place place) { take(event.device.device.channel, place); }

  void happens(const DisconnectEvent& event, Place place) {
    at(event.channel).gone = false;  // its last value may go, too
    meets(event.channel, place);
    at(event.channel) = {};
  }

  void happens(const ExchangeEvent& event, Place place) {
    meets(event.channel, place);
    at(event.channel) = {.used = event.old_stays, .gone = event.old_stays};
    take(0, place);
  }

  void happens(const RadioEvent& event, Place place) { meets(event.channel, place); }
  void happens(const ValveEvent& event, Place place) { meets(event.channel, place); }
  void happens(const ReadingEvent& event, Place place) { meets(event.channel, place); }
  void happens(const DeviceClockEvent& event, Place place) { meets(event.channel, place); }

  void happens(const MeterExchangeEvent&, Place) {
    for (Channel& channel : channels_) {
      if (channel.gone) channel = {};
    }
  }

  template <class Other>
  void happens(const Other&, Place) {}

 private:
  struct Channel {
    bool used = false;
    bool gone = false;  ///< exchanged: only its last value is left
  };

  Channel& at(int channel) { return channels_[static_cast<std::size_t>(channel - 1)]; }

  void meets(int channel, Place place) {
    const std::string on = " M-Bus device on channel " + std::to_string(channel);
    if (!at(channel).used) {
      complaints_.add(place, "there is no" + on + " when something happens to it");
    } else if (at(channel).gone) {
      complaints_.add(place, "the" + on + " was exchanged: only its last value is left");
    }
  }

  std::array<Channel, 4> channels_{};
  Complaints& complaints_;
};

}  // namespace

void check_channels(const Scenario& scenario, const std::vector<Place>& device_places,
                    const Profile& profile, Complaints& complaints) {
  Channels channels(complaints);
  if (scenario.devices) {
    for (std::size_t i = 0; i < scenario.devices->size(); ++i) {
      channels.take((*scenario.devices)[i].device.channel, device_places[i]);
    }
  } else {
    for (const MbusDevice& device : profile.start.devices) channels.take(device.channel, {});
  }
  for (const Event& event : scenario.events) {
    std::visit([&](const auto& what) { channels.happens(what, event.place); }, event.what);
  }
}

}  // namespace p1rig
