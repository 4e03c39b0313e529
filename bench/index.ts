import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import * as path from 'node:path';
import { measureBundles } from './bundles';
import { measureCalls } from './calls';
import { measureColdSynth } from './cold-synth';
import { measureManyApps } from './many-apps';
import { drawPicture } from './picture';
import { measurePreparation } from './preparation';
import { measureResources } from './resources';
import { misses } from './results';
import type { Results } from './results';
import { measureSynth } from './synth';
import { writeTables } from './tables';
import { measureVending } from './vending';

const ROOT = path.join(__dirname, '..');

async function main(): Promise<void> {
  const resources = await step('(a) resources', async () => measureResources());
  const results: Results = {
    resources,
    synth: await step('(b) synthesis', async () => measureSynth([1, 10, 100])),
    coldSynth: await step('(b) synthesis in a new process', async () => measureColdSynth(100)),
    preparation: await step('(c) preparation', measurePreparation),
    vending: await step('(c) vending', async () => measureVending([1, 5, 25, 100], resources[2].fit)),
    manyApps: await step('(c) apps', async () => measureManyApps(40, 60)),
    calls: await step('(d) calls', async () => measureCalls([10, 300])),
    bundles: await step('(e) bundles', async () => measureBundles()),
  };
  const machine = `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0].model.trim()}, load ${loadavg()[0].toFixed(1)}`;
  const missed = misses(results);
  write('bench/results.json', `${JSON.stringify({ machine, ...results, missed }, undefined, 2)}\n`);
  write('docs/bench.md', writeTables(results, machine, missed));
  write('docs/bench.svg', drawPicture(results));
  for (const miss of missed) console.error(miss);
  if (missed.length > 0) process.exitCode = 1;
}

async function step<Result>(name: string, measure: () => Promise<Result>): Promise<Result> {
  const startedAt = performance.now();
  const result = await measure();
  console.log(`${name}: ${Math.round((performance.now() - startedAt) / 1000)} s`);
  return result;
}

function write(file: string, text: string): void {
  const target = path.join(ROOT, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text);
}

void main();
