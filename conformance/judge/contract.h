#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/obis.h"

namespace p1rig {

// The reader contract: what a reader reports on its standard output, one JSON object per line.
//
//   {"hello": {"name": …, "version": …, "dialects": […], "can": […], "decimals": 3, "claims": […]}}
//   {"telegram": {"1-0:1.7.0": "1.193 kW", …}, "mbus": […], "import": {…}, "flags": […]}
//   {"reject": "crc"}
//
// Any other line is a log line, which is not judged. A line with one of these keys but the wrong
// structure breaks the contract, and so does JSON that nests too deep (json_depth.h).

/// One value of a telegram.
struct ContractValue {
  enum class Kind : std::uint8_t {
    kNull,   ///< known to be invalid or unset
    kText,   ///< "1.193 kW", a time, a text
    kTimed,  ///< {"at": …, "value": …}, for a month's peak with "month"
    kList    ///< entries of a log, or several values of one object
  };
  Kind kind = Kind::kNull;
  std::string text = {};                  ///< of kTimed, the value; empty for null
  std::optional<std::string> at = {};     ///< empty for null; nothing if it was not reported
  std::optional<std::string> month = {};  ///< likewise
  std::vector<ContractValue> items = {};
  bool operator==(const ContractValue&) const = default;
};

using ContractValues = std::map<Obis, ContractValue>;

/// A device on the M-Bus as the reader understood it; nothing for what it does not report.
struct ContractDevice {
  std::optional<int> channel = {};
  std::optional<std::string> medium = {}, id = {};
  ContractValue reading = {};  ///< kTimed
  bool operator==(const ContractDevice&) const = default;
};

/// Which tariff register is which.
struct ContractTariffs {
  std::optional<std::string> normal = {}, low = {};
  bool operator==(const ContractTariffs&) const = default;
};

struct ContractTelegram {
  ContractValues values;
  std::optional<std::vector<ContractDevice>> mbus = {};
  ContractTariffs import = {}, exported = {};
  std::vector<std::string> flags = {};  ///< a flagged telegram counts as rejected
};

struct ContractHello {
  std::string name, version;
  std::vector<std::string> dialects, can;
  std::vector<std::string> claims;  ///< globs of the codes that it reports whenever sent
  std::optional<int> decimals;
};

struct ContractReject {
  std::string reason;
};

/// A log line: kept, never judged.
struct ContractLog {
  bool is_trouble =
      false;  ///< about the place where it is observed: the environment's, not the reader's
};

/// What is wrong with a line that should have been one of the above.
struct ContractBreach {
  std::string message;
};

using ContractLine =
    std::variant<ContractLog, ContractHello, ContractTelegram, ContractReject, ContractBreach>;

/// Accepts any bytes.
ContractLine parse_contract_line(std::string_view line);

/// A value in the contract's JSON; an error with the reason if the text is not such JSON.
std::optional<ContractValue> parse_contract_value(std::string_view json);

/// As JSON, as a reader would write it.
std::string to_json(const ContractValue& value);

/// {"telegram": {…}} and what was concluded, as one line without its line end.
std::string to_json(const ContractTelegram& telegram);

}  // namespace p1rig
