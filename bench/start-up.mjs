// Measures how fast the handlers start with the AWS SDK bundled and with the SDK left to the runtime.
//   node bench/start-up.mjs [runs]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const runs = Number(process.argv[2] ?? 15);
const folder = mkdtempSync(path.join(tmpdir(), 'start-up-'));
symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));

const environment = {
  ...process.env, REGISTRY_TABLE: 'table', PARTITION: 'aws', CICD_ACCOUNT: '222222222222', AWS_REGION: 'eu-west-1', NODE_NO_WARNINGS: '1',
};
const measure = 'const t = process.hrtime.bigint(); require(process.argv[1]); console.log(Number(process.hrtime.bigint() - t) / 1e6)';

/** Empties the file cache where that is allowed: what a cold start finds. */
function forgetFiles() {
  try {
    execFileSync('sync');
    writeFileSync('/proc/sys/vm/drop_caches', '3');
    return true;
  } catch {
    return false;
  }
}

function median(file, cold) {
  const milliseconds = Array.from({ length: runs }, () => {
    if (cold && !forgetFiles()) return NaN;
    return Number(execFileSync(process.execPath, ['-e', measure, file], { env: environment, encoding: 'utf8' }));
  });
  return milliseconds.sort((a, b) => a - b)[Math.floor(runs / 2)];
}

const rows = [];
for (const handler of readdirSync(path.join(root, 'lambda')).filter(name => name !== 'shared')) {
  for (const [sdk, external] of [['bundled', []], ['from the runtime', ['@aws-sdk/*', '@smithy/*']]]) {
    const outfile = path.join(folder, `${handler}-${sdk.replaceAll(' ', '-')}.js`);
    await build({
      absWorkingDir: root, bundle: true, minify: true, platform: 'node', target: 'node20', format: 'cjs', external, logLevel: 'error',
      entryPoints: [`lambda/${handler}/handler.ts`], outfile,
    });
    rows.push({
      handler, sdk, 'KiB': Math.round(statSync(outfile).size / 1024), 'warm ms': Math.round(median(outfile, false)), 'cold ms': Math.round(median(outfile, true)),
    });
  }
}
console.table(rows);
rmSync(folder, { recursive: true });
