#pragma once

#include <string_view>
#include <vector>

#include "conformance/run/stimulus.h"
#include "conformance/suite/case.h"

namespace p1rig {

/// The cases that every ordinary telegram of a meter tests: that it is reported, once, and that each
/// object, the devices and the tariffs are reported as they were sent. Their ids are DIALECT/ordinary/
/// and "reported", the object's code, "extra", "mbus" or "tariffs". They are made from the meter, not from a file:
/// what is wrong in every telegram counts once, here, and in no other case.
std::vector<Case> ordinary_cases(StimulusMaker& maker);

/// True for one of these.
bool is_ordinary(const Case& one);

/// True for the id of one of these, and for a glob that can match nothing else.
bool is_ordinary_id(std::string_view id);

}  // namespace p1rig
