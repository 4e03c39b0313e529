/**
 * Mutation tests: changes the sources in one place at a time, runs the tests that execute it, and prints the changes
 * that no test detects.
 *
 *   npm install --no-save @stryker-mutator/instrumenter@9
 *   node tools/mutation/index.mjs lambda/account/creation.ts -- test/account/creation-recovery.test.ts
 *
 * SAMPLE=3 runs every third mutant. SKIP='killed at any call' skips the tests whose title matches.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';
import { mutate } from './mutate.mjs';

const separator = process.argv.indexOf('--');
const [sources, tests] = [process.argv.slice(2, separator), process.argv.slice(separator + 1)];
if (separator < 0 || sources.length === 0 || tests.length === 0) {
  throw new Error('usage: node tools/mutation/index.mjs <sources> -- <tests>');
}
mkdirSync('node_modules/.cache', { recursive: true });
const folder = resolve(mkdtempSync('node_modules/.cache/mutation-'));
const coverageFile = join(folder, 'coverage.json');
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** One program of all tests, with the mutants in it. */
async function bundle(contents) {
  copyFileSync(join(import.meta.dirname, 'jest-globals.cjs'), join(folder, 'jest-globals.cjs'));
  const load = ({ path }) => {
    const text = contents.get(path) ?? readFileSync(path, 'utf8');
    // the bundle is in another folder than the tests, which may read files beside them
    const prefix = text.includes('__dirname') ? `const __dirname = ${JSON.stringify(dirname(path))};\n` : '';
    return { contents: prefix + text, loader: 'ts' };
  };
  await build({
    stdin: {
      contents: [...tests.map(path => `require(${JSON.stringify(resolve(path))});`), 'runTests();'].join('\n'),
      resolveDir: '.',
    },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    outfile: join(folder, 'tests.cjs'),
    packages: 'external',
    tsconfig: 'test/tsconfig.json',
    banner: { js: "require('./jest-globals.cjs');" },
    logLevel: 'error',
    plugins: [{ name: 'mutants', setup: ({ onLoad }) => onLoad({ filter: /\.ts$/ }, load) }],
  });
}

function run(variables, timeout) {
  const { status, signal, stderr } = spawnSync(process.execPath, [join(folder, 'tests.cjs')], {
    env: { ...process.env, ...variables }, timeout, encoding: 'utf8', killSignal: 'SIGKILL', maxBuffer: 1e8,
  });
  return { result: status === 0 ? 'survived' : signal === 'SIGKILL' ? 'timeout' : 'killed', stderr };
}

const { contents, mutants: all } = await mutate(sources);
await bundle(contents);
const start = Date.now();
const { result, stderr } = run({ MUTANT_COVERAGE: coverageFile }, 600_000);
if (result !== 'survived') throw new Error(`the tests fail without a mutant:\n${stderr}`);
const duration = Date.now() - start;
const { count, atStart, perTest } = JSON.parse(readFileSync(coverageFile, 'utf8'));
const mutants = all.filter((_, index) => index % Number(process.env.SAMPLE ?? 1) === 0);
const seconds = (duration / 1000).toFixed(1);
console.log(`${mutants.length} of ${all.length} mutants, ${count} tests, ${seconds} s without a mutant`);

for (const mutant of mutants) {
  const covering = Object.keys(perTest).filter(test => perTest[test][mutant.id]);
  const isStatic = mutant.isStatic || atStart[mutant.id];
  const selection = isStatic ? {} : { MUTANT_TESTS: JSON.stringify(covering) };
  mutant.result = isStatic || covering.length > 0
    ? run({ __STRYKER_ACTIVE_MUTANT__: mutant.id, ...selection }, 15_000 + 4 * duration).result
    : 'not covered';
  const isDetected = ['killed', 'timeout'].includes(mutant.result);
  if (!isDetected) console.log(`[${mutant.result}] ${mutant.file}:${mutant.text}`);
}

for (const file of [...new Set(mutants.map(mutant => mutant.file)), 'all']) {
  const own = mutants.filter(mutant => file === 'all' || mutant.file === file);
  const of = wanted => own.filter(mutant => mutant.result === wanted).length;
  const detected = of('killed') + of('timeout');
  const score = (100 * detected / own.length).toFixed(0);
  const others = `survived ${of('survived')}, not covered ${of('not covered')}`;
  console.log(`${file}: ${score} % (${detected} of ${own.length}; ${others})`);
}
