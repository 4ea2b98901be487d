// Opens a port with npm smartmeter-obis, as its users do, and prints its results as lines of JSON.
//   node smartmeter-obis.mjs PORT BAUD FRAMING        such as /dev/ttyUSB0 115200 8N1
import findPackage from './find_package.mjs';

const [port, baud, framing] = process.argv.slice(2);
const parities = { N: 'none', E: 'even', O: 'odd' };
// What it logs is not a result.
console.log = console.error;

const SmartmeterObis = findPackage('smartmeter-obis');
const options = {
  protocol: 'D0Protocol',
  transport: 'SerialResponseTransport',
  transportSerialPort: port,
  transportSerialBaudrate: Number(baud),
  transportSerialDataBits: Number(framing[0]),
  transportSerialParity: parities[framing[1]],
  transportSerialStopBits: Number(framing[2]),
  requestInterval: 0,
};

SmartmeterObis.init(options, (error, result) => {
  if (error) {
    console.error(String(error).slice(0, 500));
  } else {
    process.stdout.write(`${JSON.stringify(result)}\n`);
  }
}).process();
