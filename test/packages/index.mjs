// Builds the packages, installs them in new apps as users do, and compares what the apps synthesize. Prints what is
// skipped because a tool, or a version in a registry, is missing. Arguments: the languages. Default: all
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { differences } from './assemblies.mjs';
import { checkExamples } from './examples.mjs';
import { languages } from './languages.mjs';
import { MissingError, root } from './run.mjs';
import { TypeScript } from './typescript.mjs';

const CONCURRENCY = 2;

const work = mkdtempSync(path.join(tmpdir(), 'packages-'));
const manifest = readFileSync(path.join(root, 'package.json'), 'utf8');
const { version, peerDependencies, devDependencies } = JSON.parse(manifest);
const versions = {
  package: version,
  lowest: peerDependencies['aws-cdk-lib'].replace('^', ''),
  newest: devDependencies['aws-cdk-lib'],
};
const wanted = process.argv.slice(2);
const results = { passed: 0, failed: 0, skipped: 0 };

function writeFile(name, text) {
  const file = path.join(work, name);
  writeFileSync(file, text);
  return file;
}

/** Runs one check, and prints how it ended. */
async function check(name, action) {
  const startedAt = Date.now();
  const [result, text] = await action().then(message => ['passed', message], error => (
    error instanceof MissingError ? ['skipped', error.message] : ['failed', error.message]
  ));
  results[result]++;
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  console.log(`${result} ${name} (${seconds} s)${text ? `: ${text}` : ''}`);
}

try {
  const typescript = new TypeScript(work, versions);
  await check('TypeScript', () => typescript.prepare());
  if (wanted.length === 0) await check('examples', async () => `${await checkExamples(writeFile)} translate`);
  const chosen = languages(work, versions).filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  const waiting = chosen.map(language => () => check(language.name, async () => {
    language.checkTools();
    await language.build();
    const outdir = await language.synthesize();
    const different = differences(await typescript.synthesize(language.cdkVersion), outdir);
    if (different.length > 0) throw new Error(`other templates than TypeScript's:\n${different.join('\n')}`);
    const more = await language.afterwards?.(outdir);
    return `aws-cdk-lib ${language.cdkVersion}, the templates are those of TypeScript${more ? `; ${more}` : ''}`;
  }));
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await next();
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
} finally {
  rmSync(work, { recursive: true, force: true });
}
console.log(`packages: ${results.passed} passed, ${results.failed} failed, ${results.skipped} skipped`);
process.exitCode = results.failed > 0 ? 1 : 0;
