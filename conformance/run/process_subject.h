#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "conformance/reader/reader_file.h"
#include "conformance/run/subject.h"
#include "protocol/frame_cipher.h"
#include "simulator/profile/profile.h"

namespace p1rig {

class EventLoop;

/// What a reader is started with.
struct SubjectSetting {
  ReaderFile reader;
  std::string endpoint;  ///< "pty", "tcp" …, or with an address, "serial:/dev/ttyUSB0"
  std::shared_ptr<const Profile> profile;
  std::string key_file = {};               ///< path; empty for plain telegrams
  std::optional<FrameKeys> keys = {};      ///< what is in it
  std::function<bool()> interrupted = {};  ///< true ends every wait
  bool unparsed = false;  ///< standard output is passed on as it comes, in pieces, as log lines
};

/// A program that p1rig starts, or a device that is attached already, at a line of p1rig's own. It
/// must not outlive `loop`. `endpoint` has passed check_endpoint(); an error is about the environment.
Result<std::unique_ptr<Subject>> make_process_subject(SubjectSetting setting, EventLoop& loop);

}  // namespace p1rig
