#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/frame_cipher.h"
#include "protocol/framer.h"
#include "protocol/result.h"
#include "protocol/telegram.h"

namespace p1rig {

/// Removes from telegrams what identifies a household, and leaves everything else unchanged: every
/// length, the form of every CRC, and whether it is correct.
///
/// | what                                            | becomes                                      |
/// |-------------------------------------------------|----------------------------------------------|
/// | equipment identifiers and EAN codes: A-B:96.1.x | the same letters in front, and for digits    |
/// |   but the version 0-0:96.1.4; A-B:42.0.0 and    | the running number of the identifier: the    |
/// |   A-B:0.0.x                                     | same one has the same number everywhere      |
/// | the check digit of an EAN                       | right                                        |
/// | in the identification, a number of 6 digits or  | the same                                     |
/// |   more that is not after a backslash            |                                              |
/// | system titles of frames: bytes 4 to 8           | the running number                           |
/// | text messages A-B:96.13.x: letters and digits   | X and 0                                      |
/// | in telegrams whose CRC is wrong: what may be an | 0                                            |
/// |   identifier under a damaged code               |                                              |
/// | identifiers elsewhere, as where a code is       | the same as in their place                   |
/// |   damaged; not what looks like one in an OBIS   |                                              |
/// |   code, a time or a number with unit            |                                              |
/// | incomplete telegrams: letters and digits        | X and 0, or nothing but 00 and FF where it   |
/// |   in brackets                                   | is not text                                  |
///
/// Registers, times and peaks are kept: they show how somebody lives, but not who it is.
///
/// A CRC that was written without its leading zeros needs a value that has as many again: running
/// numbers are then multiplied by what makes it so.
///
/// Gets every stretch of a stream twice: first learn(), then rewrite().
class Anonymiser {
 public:
  /// With `keys` sealed telegrams are decrypted, and sealed again with `new_keys`.
  Anonymiser(const std::optional<FrameKeys>& keys, const std::optional<FrameKeys>& new_keys);

  /// Fails at a frame that cannot be decrypted, and if there are too many identifiers for any
  /// household.
  Result<void> learn(const Stretch& stretch);

  /// The bytes to put there instead.
  Result<std::string> rewrite(const Stretch& stretch);

  std::uint64_t telegrams() const { return telegrams_; }  ///< learned
  std::size_t identifiers() const { return numbers_.size(); }

  /// CRCs without leading zeros that had to become longer, rewritten so far.
  std::uint64_t longer_crcs() const { return longer_crcs_; }

 private:
  /// What is replaced wherever it occurs.
  struct Known {
    bool is_ean = false;
    bool is_written = false;  ///< as in a bracket, perhaps in hexadecimal
    std::string instead;
  };

  void learn_telegram(std::string_view bytes);
  void learn_crc(const Telegram& telegram);
  void settle();
  std::string instead_of(std::string_view text, const Known& known) const;
  void know(std::string_view text, Known known);
  void learn_identifier(std::string_view text);
  Result<std::string> open(const Stretch& stretch);
  std::string rewrite_telegram(std::string_view bytes) const;
  void rewrite_crc(std::string& bytes, const Telegram& before) const;
  std::string replacement(std::string_view identifier, bool is_ean) const;
  std::string rewrite_value(std::string_view text, bool is_ean) const;
  void replace_known(std::string& bytes) const;
  std::string scrub(std::string_view bytes);

  std::optional<FrameCipher> cipher_, new_cipher_;
  std::map<std::string, std::size_t, std::less<>> numbers_;  ///< of identifiers, from 1
  std::map<std::string, Known, std::less<>> known_;          ///< by the text
  std::map<std::string, std::uint32_t, std::less<>> titles_;
  std::vector<std::string> short_crcs_;  ///< telegrams with fewer than four digits, some of them
  std::size_t shift_ = 0;                ///< of the running numbers
  bool lower_case_crcs_ = false, settled_ = false;
  std::uint64_t telegrams_ = 0, longer_crcs_ = 0;
  bool in_bracket_ = true;  ///< in an incomplete telegram
};

}  // namespace p1rig
