#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "conformance/reader/observer.h"

namespace p1rig {

/// Bytes of a stream in, lines of the reader contract out.
///
/// A reader without a map writes the contract itself, one object a line. The JSON of a reader with a
/// map may go over several lines, as pretty-printers write it: an object begins with a '{' at the
/// start of a line and ends with the '}' that closes it; what is between two objects is log.
class JsonTeller {
 public:
  JsonTeller(std::vector<ReaderMapping> map, Observer::Sink sink);

  /// Bytes in any pieces.
  void feed(std::string_view bytes);

  /// The stream begins anew.
  void clear();

  /// What one whole JSON text tells.
  ContractLine read(std::string_view json) const;

 private:
  void take_line();
  void take_mapped_line();
  void count_brackets(std::string_view line);
  void tell(std::string text);

  std::vector<ReaderMapping> map_;
  Observer::Sink sink_;
  std::string line_, object_;
  bool too_long_ = false;
  std::size_t depth_ = 0;
  bool in_text_ = false, escaped_ = false;
};

}  // namespace p1rig
