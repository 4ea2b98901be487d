#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/learn/learn_telegram.h"
#include "conformance/learn/template_text.h"
#include "protocol/telegram.h"

namespace p1rig {

/// The lines of the M-Bus devices that stand together, where a profile has {mbus}: the most of them.
struct MbusPart {
  std::size_t begin = 0, end = 0;  ///< offsets in the telegram
  std::vector<const DataLine*> lines = {};

  bool empty() const { return lines.empty(); }
  bool has(const DataLine& line) const {
    return line.offset >= begin && line.offset < end && !empty();
  }
};
MbusPart find_mbus_part(const Telegram& telegram);

/// Makes a block for each medium, and the list of the devices.
class DeviceLearner {
 public:
  DeviceLearner(const Telegram& telegram, const TelegramOptions& options, HoleMaker& holes)
      : telegram_(telegram), options_(options), holes_(holes) {}

  void run(const MbusPart& part);

  const std::map<std::string, std::string>& blocks() const { return blocks_; }
  const std::vector<LearnedDevice>& devices() const { return devices_; }
  int channels() const { return channels_; }
  /// What no block can print, to stand after {mbus}.
  const std::string& literal_text() const { return literal_; }
  std::vector<std::string>& notes() { return notes_; }

 private:
  struct Block {
    std::string text;
    LearnedDevice device;
    bool has_hole = false;                     ///< of a value, so that it is of a device
    std::vector<std::string_view> media = {};  ///< whose block it can be
  };
  Block block_of(const std::vector<const DataLine*>& lines, std::size_t end);
  void learn_line(const DataLine& line, TextEdits& edits, Block& block);
  void learn_reading(const DataLine& line, TextEdits& edits, Block& block);
  void learn_identifier(const DataLine& line, std::string_view name, TextEdits& edits,
                        std::string& value, Block& block);
  void note(int channel, std::string_view what);
  bool take(const Block& block);

  const Telegram& telegram_;
  const TelegramOptions& options_;
  HoleMaker& holes_;
  std::map<std::string, std::string> blocks_;
  std::vector<LearnedDevice> devices_;
  std::vector<int> unlinked_;
  int channels_ = 0, last_channel_ = 0;
  std::string literal_;
  std::vector<std::string> notes_;
};

}  // namespace p1rig
