#pragma once

#include <string>
#include <vector>

#include "conformance/judge/telegram_judge.h"
#include "conformance/run/known_defects.h"
#include "conformance/run/stimulus.h"
#include "conformance/run/subject.h"

namespace p1rig {

/// Why a reader may report none of the ordinary telegrams: it is given some that are unlike them in one
/// way each. What it does, in words that follow "the reader": "reports telegrams whose CRC is
/// CRC-16/MODBUS", "reports the telegram without 0-0:98.1.0"; empty if it reports nothing whatever is
/// sent. A known defect that is silent, too, is recognised by them.
///
/// Starts the reader, and again each time that it ends.
std::vector<std::string> probe_silence(Subject& subject, StimulusMaker maker,
                                       const ReaderTraits& traits);

/// "; the reader reports telegrams whose CRC is CRC-16/MODBUS; so would `crc-modbus`: the CRC begins with
/// FFFF". Empty if nothing is known.
std::string explain_silence(const std::string& dialect, const std::vector<std::string>& does,
                            const KnownDefects& defects);

}  // namespace p1rig
