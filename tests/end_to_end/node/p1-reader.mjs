// Opens a port with npm p1-reader, as its users do, and prints each reading as a line of JSON until
// the port goes away.
//   node p1-reader.mjs PORT BAUD FRAMING        such as /dev/ttyUSB0 115200 8N1
import P1Reader from 'p1-reader';

const [port, baud, framing] = process.argv.slice(2);
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

reader.on('reading', (reading) => process.stdout.write(`${JSON.stringify(reading)}\n`));
reader.on('close', () => process.exit(0));
reader.on('error', (error) => {
  console.error(String(error));
  process.exit(1);
});
