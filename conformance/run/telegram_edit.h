#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/judge/contract.h"
#include "conformance/suite/case.h"
#include "protocol/crc_algorithms.h"
#include "protocol/result.h"

namespace p1rig {

/// Changes the text of a telegram as a step asks, and what it means along with it: an object whose
/// brackets were written by a case means what the case says, or is uncertain.
class TelegramEditor {
 public:
  /// `meant` must outlive the editor.
  TelegramEditor(std::string text, ContractTelegram& meant,
                 const CrcAlgorithm& crc_algorithm = crc_algorithms().front());

  /// Identification, replaced, removed and added lines; then the CRC is recomputed. An error
  /// if the telegram has no such object.
  Result<void> apply(const CaseStep& step);

  /// The code that a case means: 0-n is the first channel with a reading.
  Result<Obis> code(const std::string& written) const;

  std::string_view text() const { return text_; }

  /// "(01.193*kW)": what follows the code, the lines that continue it included.
  Result<std::string> brackets(const std::string& written) const;

  const std::vector<Obis>& uncertain() const { return uncertain_; }
  std::string take_text() { return std::move(text_); }

 private:
  struct Range {
    std::size_t begin, end;
  };
  Result<Range> find_line(const std::string& written) const;
  void forget(Obis code);
  void renew_crc();

  std::string text_;
  ContractTelegram& meant_;
  const CrcAlgorithm& crc_algorithm_;
  int first_channel_ = 0;
  std::vector<Obis> uncertain_;
};

/// The digits behind the last '!' of a telegram; empty if there are none.
std::string_view crc_in(std::string_view telegram);

}  // namespace p1rig
