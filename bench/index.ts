import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import * as path from 'node:path';
import { measureBundles } from './bundles';
import { measureCalls } from './calls';
import { drawChart } from './chart';
import { measureColdSynth } from './cold-synth';
import { exceededLimits } from './limits';
import type { Results } from './limits';
import { measurePreparation } from './preparation';
import { measureResources } from './resources';
import { measureSharedOrganization } from './shared-organization';
import { measureSynth } from './synth';
import { writeTables } from './tables';
import { measureVending } from './vending';

const ROOT = path.join(__dirname, '..');
const RESULTS = 'bench/results.json';

/** What results.json holds. */
interface Run extends Results {
  readonly machine: string;
}

async function measure(): Promise<Run> {
  const resources = await step('(a) resources', async () => measureResources());
  const [,, { environmentsPerStack: bootstrapKitLimit }] = resources;
  const results: Results = {
    resources,
    synth: await step('(b) synthesis', async () => measureSynth([1, 10, 100])),
    coldSynth: await step('(b) synthesis in a new process', async () => measureColdSynth(100)),
    preparation: await step('(c) preparation', measurePreparation),
    vending: await step('(c) vending', async () => measureVending([1, 5, 25, 100], bootstrapKitLimit)),
    sharedOrganization: await step('(c) shared organization', async () => measureSharedOrganization(40, 60)),
    calls: await step('(d) calls', async () => measureCalls([10, 300])),
    bundles: await step('(e) bundles', async () => measureBundles()),
  };
  const [{ model }] = cpus();
  const load = loadavg()[0].toFixed(1);
  return { machine: `Node ${process.versions.node}, ${cpus().length} × ${model.trim()}, load ${load}`, ...results };
}

/** Writes the documents, and fails if the results exceed a limit. */
function report(run: Run): void {
  const exceeded = exceededLimits(run);
  write('docs/bench.md', writeTables(run, run.machine, exceeded));
  write('docs/bench.svg', drawChart(run));
  for (const message of exceeded) console.error(message);
  if (exceeded.length > 0) process.exitCode = 1;
}

async function main(): Promise<void> {
  if (process.argv.includes('--report-only')) return report(JSON.parse(readFileSync(path.join(ROOT, RESULTS), 'utf8')));
  const run = await measure();
  write(RESULTS, `${JSON.stringify(run, undefined, 2)}\n`);
  report(run);
}

async function step<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const startedAt = performance.now();
  const result = await work();
  console.log(`${name}: ${Math.round((performance.now() - startedAt) / 1000)} s`);
  return result;
}

function write(file: string, text: string): void {
  const target = path.join(ROOT, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text);
}

void main();
