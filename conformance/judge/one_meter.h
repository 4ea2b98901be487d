#pragma once

#include <map>
#include <optional>
#include <string>

#include "protocol/telegram.h"

namespace p1rig {

/// Sees whether telegrams are of one meter: by what follows '/', and by its identifiers.
class OneMeter {
 public:
  /// What tells this telegram from those before: "there are two meters: one says /A, another one /B";
  /// nothing if it may be of the same meter.
  std::optional<std::string> take(const Telegram& telegram);

 private:
  std::optional<std::string> identification_;
  std::map<std::string, std::string> identifiers_;
};

}  // namespace p1rig
