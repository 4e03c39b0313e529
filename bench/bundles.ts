import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import * as path from 'node:path';
import { gzipSync } from 'node:zlib';

export interface BundleMeasure {
  readonly handler: string;
  readonly kibibytes: number;
  readonly zippedKibibytes: number;
  /** The fastest of fifteen new processes, which is judged: what else the machine does only adds. */
  readonly loadMilliseconds: number;
  readonly medianMilliseconds: number;
}

const RUNS = 15;
const FOLDER = path.join(__dirname, '../lib/lambda');
const LOAD = 'const t = process.hrtime.bigint(); require(process.argv[1]); console.log(Number(process.hrtime.bigint() - t) / 1e6)';
const ENVIRONMENT = { ...process.env, REGISTRY_TABLE: 'table', PARTITION: 'aws', CICD_ACCOUNT: '222222222222', AWS_REGION: 'eu-west-1', NODE_NO_WARNINGS: '1' };

/** (e) Size of each handler's bundle, and the time in which a new process loads it. */
export function measureBundles(): BundleMeasure[] {
  const handlers = readdirSync(FOLDER).filter(name => existsSync(path.join(FOLDER, name, 'index.js')));
  return handlers.map(handler => {
    const file = path.join(FOLDER, handler, 'index.js');
    const times = Array.from({ length: RUNS }, () => load(file)).sort((a, b) => a - b);
    return {
      handler,
      kibibytes: Math.round(statSync(file).size / 1024),
      zippedKibibytes: Math.round(gzipSync(readFileSync(file)).length / 1024),
      loadMilliseconds: Math.round(times[0]),
      medianMilliseconds: Math.round(times[(RUNS - 1) / 2]),
    };
  });
}

function load(file: string): number {
  return Number(execFileSync(process.execPath, ['-e', LOAD, file], { env: ENVIRONMENT, encoding: 'utf8' }));
}
