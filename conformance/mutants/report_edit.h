#pragma once

#include <functional>
#include <string>
#include <vector>

#include "conformance/judge/contract.h"
#include "protocol/obis.h"

namespace p1rig {

/// Calls `edit` for each value with a text, entries of lists and conclusions included: readings of
/// devices under the code of their channel, tariffs under that of their register.
void edit_values(ContractTelegram& telegram,
                 const std::function<void(Obis code, ContractValue& value)>& edit);

/// For each number with a unit: "1.193" and "kW".
void edit_numbers(
    ContractTelegram& telegram,
    const std::function<void(Obis code, std::string& number, std::string& unit)>& edit);

/// For each time that is not null: "2010-12-09T11:30:20+01:00".
void edit_times(ContractTelegram& telegram,
                const std::function<void(Obis code, std::string& time)>& edit);

/// With the entries of a list, if the telegram has it.
void edit_entries(ContractTelegram& telegram, Obis code,
                  const std::function<void(std::vector<ContractValue>& entries)>& edit);

/// With each of them.
void edit_each(ContractTelegram& telegram, Obis code,
               const std::function<void(ContractValue& entry)>& edit);

/// nullptr if the telegram has none.
ContractValue* find_value(ContractTelegram& telegram, Obis code);

void swap_values(ContractTelegram& telegram, Obis a, Obis b);

/// The number times ten to the power `exponent`; as it was if it is none.
std::string times_ten(const std::string& number, int exponent);

}  // namespace p1rig
