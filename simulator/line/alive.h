#pragma once

#include <memory>
#include <utility>

namespace p1rig {

/// For objects that wait in an event loop and may be destroyed before the wait ends. Destroying a timer or a
/// descriptor calls off what it waits for, but not a handler that is due already: that one still runs,
/// perhaps much later, when the loop is run again. A guarded handler does nothing then.
///
///   timer_.async_wait(alive_.guard([this](const auto& error) { ... }));
class Alive {
 public:
  Alive() = default;
  Alive(const Alive&) = delete;
  Alive& operator=(const Alive&) = delete;

  template <class Handler>
  auto guard(Handler handler) const {
    return [alive = std::weak_ptr<const bool>(token_),
            handler = std::move(handler)](const auto&... words) mutable {
      if (!alive.expired()) handler(words...);
    };
  }

 private:
  std::shared_ptr<const bool> token_ = std::make_shared<const bool>(true);
};

}  // namespace p1rig
