#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/result.h"
#include "simulator/profile/profile.h"

namespace p1rig {

// The evidence for a profile: printed bytes that it must reproduce, or the shapes that telegrams of
// its family have (captures/shapes/). Works on text alone, without the telegram decoder.

/// True if an example, a family or known shapes prove that a meter sends this.
bool has_evidence(const Profile& profile);

/// The telegram of the profile's example, with the misprints of the document put in and the CRC
/// computed after them.
std::string render_example(const Profile& profile);

/// The bytes that the example must give. The file is looked up beside the profile, then in
/// data_dir(); an error if it cannot be read.
Result<std::string> example_bytes(const Profile& profile);

/// True if a data line's brackets, such as "(101209112500W)(12785.123*m3)", have a shape in the
/// notation of captures/shapes/README.md, such as "(YYMMDDhhmmssX)(5.3*m3)".
bool has_shape(std::string_view brackets, std::string_view shape);

/// What a rendered telegram has that its family's telegrams never had: unknown objects, unseen
/// shapes, another order. A profile without family must have all its lines in [evidence] also;
/// empty if it has neither.
Result<std::vector<std::string>> shape_deviations(const Profile& profile,
                                                  std::string_view telegram);

}  // namespace p1rig
