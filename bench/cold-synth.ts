import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { buildSync } from 'esbuild';

export interface ColdSynthTime {
  readonly environments: number;
  /** Whether CDK validates the templates, which is its default. */
  readonly validation: boolean;
  /** From the start of the process to its end. */
  readonly wallSeconds: number;
  /** What all threads of the process worked. */
  readonly processorSeconds: number;
}

const RUNS = 3;
const ROOT = path.join(__dirname, '..');

/** (b) Synthesis as a user runs it: a new process that loads the package as it is shipped; the fastest of three. */
export function measureColdSynth(environments: number): ColdSynthTime[] {
  const app = bundleApp();
  return [true, false].map(validation => {
    const runs = Array.from({ length: RUNS }, () => run(app, environments, validation));
    const fastest = (times: readonly number[]): number => Math.round(Math.min(...times) * 100) / 100;
    return {
      environments,
      validation,
      wallSeconds: fastest(runs.map(({ wallSeconds }) => wallSeconds)),
      processorSeconds: fastest(runs.map(({ processorSeconds }) => processorSeconds)),
    };
  });
}

/** The app in JavaScript, so that no time of a compiler is measured; it requires the packages that users have, too. */
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
    return { wallSeconds, processorSeconds: JSON.parse(printed.trim().split('\n').at(-1) ?? '').processorSeconds };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}
