// Where the adapters in this directory find their packages: in the working directory of p1rig, in
// $NODE_PATH, beside this file, and where the tests of p1rig install it.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const here = path.dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);

export default function findPackage(name) {
  const folders = [process.cwd(), here, path.join(here, '../../tests/end_to_end/node')];
  try {
    return require(require.resolve(name, { paths: folders }));
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    console.error(`npm package ${name} is not installed: run npm install ${name} where you run p1rig`);
    return process.exit(1);
  }
}
