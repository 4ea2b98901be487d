// Opens a port with npm p1-reader, as its users do, and prints readings as lines of JSON.
//   node p1-reader.mjs PORT BAUD FRAMING COUNT        such as /dev/ttyUSB0 115200 8N1 3
import P1Reader from 'p1-reader';

const [port, baud, framing, count] = process.argv.slice(2);
const parities = { N: 'none', E: 'even', O: 'odd' };
// What p1-reader logs is no reading.
console.log = console.error;

const reader = new P1Reader({
  port,
  baudRate: Number(baud),
  dataBits: Number(framing[0]),
  parity: parities[framing[1]],
  stopBits: Number(framing[2]),
});

let printed = 0;
reader.on('reading', (reading) => {
  process.stdout.write(`${JSON.stringify(reading)}\n`);
  if (++printed === Number(count)) process.exit(0);
});
for (const event of ['error', 'close']) {
  reader.on(event, (reason) => {
    console.error(`${event} after ${printed} readings: ${reason ?? ''}`);
    process.exit(1);
  });
}
