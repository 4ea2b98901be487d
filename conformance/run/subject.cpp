#include "conformance/run/subject.h"

#include <string_view>

namespace p1rig {
namespace {

constexpr int kUnsupported = 89;

}  // namespace

bool ReaderExited::unsupported() const { return exit == ProcessExit{.code = kUnsupported}; }

std::string ReaderExited::how() const {
  return exit.signal != 0 ? "signal " + std::to_string(exit.signal)
                          : "status " + std::to_string(exit.code);
}

std::string ReaderExited::said() const {
  std::string_view last = last_words;
  while (last.ends_with('\n')) last.remove_suffix(1);
  if (last.empty()) return {};
  return "; it said: " + std::string(last.substr(last.rfind('\n') + 1));
}

}  // namespace p1rig
