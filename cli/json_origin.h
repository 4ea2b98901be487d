#pragma once

#include <string>

#include "conformance/judge/detect_dialect.h"

namespace p1rig {

/// How the dialect of a telegram was found, as `lint` and `diagnose` report it.
template <class Json>
Json json_of(const Origin& origin) {
  Json others = Json::array();
  for (const Dialect* other : origin.others) others.push_back(std::string(other->name));
  return {{"dialect", std::string(origin.dialect->name)},
          {"sureness", std::string(to_string(origin.sureness))},
          {"others", others},
          {"why", origin.why}};
}

}  // namespace p1rig
