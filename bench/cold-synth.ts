import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { buildSync } from 'esbuild';

export interface ColdSynthTime {
  readonly environments: number;
  /** Whether the CDK validates the templates, which is its default. */
  readonly validation: boolean;
  /** From the start to the end of the process. */
  readonly wallSeconds: number;
  /** CPU time of all threads of the process. */
  readonly cpuSeconds: number;
}

const RUNS = 3;
const ROOT = path.join(__dirname, '..');

/** (b) Measures synthesis in a new process that loads the shipped package; the minimum of three runs. */
export function measureColdSynth(environments: number): ColdSynthTime[] {
  const app = bundleApp();
  return [true, false].map(validation => {
    const runs = Array.from({ length: RUNS }, () => run(app, environments, validation));
    const minimum = (times: readonly number[]): number => Math.round(Math.min(...times) * 100) / 100;
    return {
      environments,
      validation,
      wallSeconds: minimum(runs.map(({ wallSeconds }) => wallSeconds)),
      cpuSeconds: minimum(runs.map(({ cpuSeconds }) => cpuSeconds)),
    };
  });
}

/** Compiles the app, so that the time of the compiler is not measured. The packages stay external, as for users. */
function bundleApp(): string {
  const { outputFiles: [{ text }] } = buildSync({
    absWorkingDir: ROOT,
    entryPoints: ['bench/cold-app.ts'],
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'cjs',
    write: false,
    logLevel: 'warning',
  });
  return text;
}

type Times = Omit<ColdSynthTime, 'environments' | 'validation'>;

function run(app: string, environments: number, validation: boolean): Times {
  const outdir = mkdtempSync(path.join(tmpdir(), 'bench-cold-'));
  try {
    const startedAt = performance.now();
    const printed = execFileSync(process.execPath, ['-e', app, String(environments), validation ? 'on' : 'off'], {
      cwd: ROOT, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '', CDK_OUTDIR: outdir },
    });
    const wallSeconds = (performance.now() - startedAt) / 1000;
    return { wallSeconds, cpuSeconds: JSON.parse(printed.trim().split('\n').at(-1) ?? '').cpuSeconds };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}
