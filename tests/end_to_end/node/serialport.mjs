// A reader that asks for data as node programs do, for shim_test.py:
//   node serialport.mjs /path/to/line
// One line of JSON for each thing that it sees.
import { SerialPort } from "serialport";

const path = process.argv[2];
const say = (what) => console.log(JSON.stringify(what));
const call = (port, name, ...words) =>
  new Promise((resolve, reject) =>
    port[name](...words, (error, value) => (error ? reject(error) : resolve(value))));

const port = new SerialPort({
  path, baudRate: 9600, dataBits: 7, parity: "even", autoOpen: false });
let got = "";
port.on("data", (bytes) => { got += bytes.toString("latin1"); });
await call(port, "open");
const { cts, dsr, dcd } = await call(port, "get");
say({ lines: { cts, dsr, dcd } });

const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
await call(port, "set", { rts: false });
do {  // what was on its way
  got = "";
  await wait(500);
} while (got !== "");
await wait(2500);
say({ late: got.length });

await call(port, "set", { rts: true });
while (!got.includes("!")) await wait(10);
say({ telegram: got });
await call(port, "close");
