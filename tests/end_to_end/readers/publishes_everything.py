"""Tells what it should have dropped: a telegram with a wrong CRC. What it logs is not nice."""
import reading

for line in reading.lines():
    if reading.is_reject(line):
        reading.say("</script><script>alert(1)</script> \x1b[31m \u202e ]]> --> & \"' `|*\n".encode())
        reading.say(b'{"telegram": {"1-0:1.7.0": "99.999 kW"}}\n')
    else:
        reading.say(line)
