#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "conformance/reader/observer.h"

namespace p1rig {

// One observer a file; observer.cpp has the table.

std::unique_ptr<Observer> make_stdout_observer(const ObserverSetting&, EventLoop&, Observer::Sink);
std::unique_ptr<Observer> make_tcp_observer(const ObserverSetting&, EventLoop&, Observer::Sink);
std::unique_ptr<Observer> make_http_observer(const ObserverSetting&, EventLoop&, Observer::Sink);
std::unique_ptr<Observer> make_mqtt_observer(const ObserverSetting&, EventLoop&, Observer::Sink);
std::unique_ptr<Observer> make_raw_observer(const ObserverSetting&, EventLoop&, Observer::Sink);

std::string complain_about_tcp(const ReaderObserver& observe);
std::string complain_about_http(const ReaderObserver& observe);
std::string complain_about_mqtt(const ReaderObserver& observe);

/// True if many topics of MQTT are meant.
bool has_wildcard(std::string_view topic);

}  // namespace p1rig
