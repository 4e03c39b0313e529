import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import * as path from 'node:path';
import { gzipSync } from 'node:zlib';

export interface BundleMeasure {
  readonly handler: string;
  readonly kibibytes: number;
  readonly zippedKibibytes: number;
  /** Minimum of fifteen new processes, which the limit applies to: other load can only make it slower. */
  readonly loadMilliseconds: number;
  readonly medianMilliseconds: number;
  /** Median of the CPU time, which hardly depends on other load. */
  readonly cpuMilliseconds: number;
}

interface Load {
  readonly elapsed: number;
  readonly cpu: number;
}

const RUNS = 15;
const FOLDER = path.join(__dirname, '../lib/lambda');
const LOAD = `const [startedAt, before] = [performance.now(), process.cpuUsage()];
require(process.argv[1]);
const [elapsed, { user, system }] = [performance.now() - startedAt, process.cpuUsage(before)];
console.log(JSON.stringify({ elapsed, cpu: (user + system) / 1000 }));`;
const ENVIRONMENT = {
  ...process.env,
  REGISTRY_TABLE: 'table',
  PARTITION: 'aws',
  CICD_ACCOUNT: '222222222222',
  AWS_REGION: 'eu-west-1',
  NODE_NO_WARNINGS: '1',
};

/** (e) Measures the size of each handler's bundle, and the time in which a new process loads it. */
export function measureBundles(): BundleMeasure[] {
  const handlers = readdirSync(FOLDER).filter(name => existsSync(path.join(FOLDER, name, 'index.js')));
  return handlers.map(handler => {
    const file = path.join(FOLDER, handler, 'index.js');
    const loads = Array.from({ length: RUNS }, () => load(file));
    const elapsed = loads.map(each => each.elapsed);
    return {
      handler,
      kibibytes: Math.round(statSync(file).size / 1024),
      zippedKibibytes: Math.round(gzipSync(readFileSync(file)).length / 1024),
      loadMilliseconds: Math.round(Math.min(...elapsed)),
      medianMilliseconds: Math.round(median(elapsed)),
      cpuMilliseconds: Math.round(median(loads.map(({ cpu }) => cpu))),
    };
  });
}

function load(file: string): Load {
  return JSON.parse(execFileSync(process.execPath, ['-e', LOAD, file], { env: ENVIRONMENT, encoding: 'utf8' }));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
