// Opens a port with npm p1-reader, as its users do, and prints its readings as lines of JSON.
//   node p1-reader.mjs PORT BAUD FRAMING [COUNT]        such as /dev/ttyUSB0 115200 8N1
// With COUNT it ends after that many, or at the first error.
import findPackage from './find_package.mjs';

const [port, baud, framing, count] = process.argv.slice(2);
const parities = { N: 'none', E: 'even', O: 'odd' };
// What it logs is not a reading.
console.log = console.error;

const P1Reader = findPackage('p1-reader');
const reader = new P1Reader({
  port,
  baudRate: Number(baud),
  dataBits: Number(framing[0]),
  parity: parities[framing[1]],
  stopBits: Number(framing[2]),
});

// A meter type that starts in noise may be many MB long, but a line is at most 1 MiB.
const shortened = (_, value) => (typeof value === 'string' ? value.slice(0, 1024) : value);

let printed = 0;
reader.on('reading', (reading) => {
  process.stdout.write(`${JSON.stringify(reading, shortened)}\n`);
  if (++printed === Number(count)) process.exit(0);
});
reader.on('error', (reason) => {
  console.error(`error after ${printed} readings: ${reason}`);
  if (count) process.exit(1);
});
reader.on('close', () => {
  console.error('the port was closed');
  process.exit(1);
});
