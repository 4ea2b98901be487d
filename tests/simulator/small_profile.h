#pragma once

#include <string>

namespace p1rig::test {

/// A profile with a little of everything that a meter counts.
inline std::string small_profile() {
  return R"([meter]
name = "Small"
brand = "Iskra"
dialect = "dsmr-5.0"
country = "NL"

[line]
baud = 115200
framing = "8N1"
period = "1s"
zone = "Europe/Amsterdam"

[telegram]
text = '''
/ISK5\2M550T-1012

0-0:1.0.0({time TST})
1-0:1.8.1({energy.import.t1 F9(3,3) kWh})
1-0:1.8.2({energy.import.t2 F9(3,3) kWh})
{mbus}
!{crc X4}
'''

[mbus.gas]
text = '''
0-n:24.2.1({time TST})({reading F8(3,3) m3})
'''

[values]
"meter.id" = "E0026"
"energy.import.t2" = "1000 kWh"

[[device]]
medium = "gas"
id = "G1"
reading = "500 m3"
)";
}

}  // namespace p1rig::test
