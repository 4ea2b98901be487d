// A stranger's program: takes one value out of a telegram with the installed libraries.
#include <iostream>
#include <string>

#include "protocol/crc16.h"
#include "protocol/telegram.h"

int main() {
  std::string bytes = "/ISk5\\2MT382-1000\r\n\r\n1-0:1.7.0(01.193*kW)\r\n!";
  bytes += p1rig::to_hex(p1rig::crc16(bytes)) + "\r\n";

  const p1rig::Telegram telegram = p1rig::decode_telegram(bytes);
  const p1rig::DataLine* power = telegram.find({1, 0, 1, 7, 0});
  if (power == nullptr || power->brackets.empty() ||
      p1rig::check_crc(telegram) != p1rig::CrcVerdict::kRight) {
    return 1;
  }
  std::cout << power->brackets[0].text << '\n';
  return 0;
}
