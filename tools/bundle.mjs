// Bundles what is shipped beside the constructs: the handlers, the rehearsal's runtime and the command line.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { writeBootstrapTemplate, writeCdkBootstrapTemplate } from './bootstrap-template.mjs';
import { leanSdk } from './lean-sdk.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const common = {
  absWorkingDir: root, bundle: true, platform: 'node', target: 'node20', format: 'cjs', minify: true, logLevel: 'warning', legalComments: 'none', metafile: true,
};

/** Each folder of lambda/ with a handler.ts becomes lib/lambda/<name>/index.js. */
function bundleHandlers() {
  const names = readdirSync(path.join(root, 'lambda')).filter(name => existsSync(path.join(root, 'lambda', name, 'handler.ts')));
  // modules that esbuild can take apart: a third less to read, and half of the time to load; the rehearsal stands in for what is required only
  const modules = { mainFields: ['module', 'main'], supported: { 'dynamic-import': false }, plugins: [leanSdk] };
  return Promise.all(names.map(name => build({ ...common, ...modules, entryPoints: [`lambda/${name}/handler.ts`], outfile: `lib/lambda/${name}/index.js` })));
}

/** The scripts that builds of a pipeline run; templates carry them. */
function bundleScripts() {
  return build({ ...common, entryPoints: ['check', 'describe', 'outputs'].map(name => `lambda/build-scripts/${name}.ts`), outdir: 'lib/lambda/build-scripts' });
}

/** The templates that vended accounts are prepared with lie beside the handler, where the construct finds them, too. */
async function writeTemplates() {
  const folder = path.join(root, 'lib/lambda/account');
  mkdirSync(folder, { recursive: true });
  writeBootstrapTemplate(path.join(folder, 'bootstrap-template.json'));
  const { outputFiles } = await build({ ...common, format: 'esm', write: false, entryPoints: ['lambda/account/baseline.ts'] });
  const { BASELINE } = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString('base64')}`);
  writeFileSync(path.join(folder, 'baseline-template.json'), JSON.stringify(BASELINE));
}

/** The inside of a simulated function, the commands of a simulated build, and the SDK clients that CDK's own functions expect from AWS's runtime. */
function bundleRehearsal() {
  writeCdkBootstrapTemplate(path.join(root, 'lib/rehearsal/bootstrap-template.json'));
  return Promise.all([
    build({ ...common, minify: false, entryPoints: ['rehearsal/services/lambda/runtime.ts'], outfile: 'lib/rehearsal/runtime.js' }),
    build({ ...common, entryPoints: ['rehearsal/services/codebuild/package-tools.ts'], outfile: 'lib/rehearsal/package-tools.js' }),
    build({
      ...common,
      stdin: { contents: "module.exports = require('aws-local-stepfunctions');", resolveDir: root },
      outfile: 'lib/rehearsal/states.js',
      plugins: [states],
    }),
    ...['client-lambda', 'client-sfn'].map(name => build({
      ...common, stdin: { contents: `module.exports = require('@aws-sdk/${name}');`, resolveDir: root }, outfile: `lib/rehearsal/sdk/${name}.js`,
    })),
  ]);
}

/**
 * dynalite in one file: its tables are kept in memory, so the native database that it would write files with is left out,
 * and esbuild finds what it requires by a computed name only with the ending.
 */
const dynalite = {
  name: 'dynalite',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^level$/ }, () => ({ path: 'level', namespace: 'left-out' }));
    onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'exports.Level = undefined;' }));
    onLoad({ filter: /node_modules.dynalite.index\.js$/ }, ({ path: file }) => ({
      contents: readFileSync(file, 'utf8').replace(/(require\('\.\/(?:actions|validations)\/' \+ action)\)/g, "$1 + '.js')"),
    }));
  },
};

/** The interpreter of state machines without its validator and the SDK: the rehearsal invokes functions in its own way. */
const states = {
  name: 'states',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(asl-validator|@aws-sdk\/.*)$/ }, ({ path }) => ({ path, namespace: 'left-out' }));
    onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: '' }));
  },
};

/** One file that needs no node_modules. */
async function bundleCli() {
  return [await build({
    ...common, keepNames: true, entryPoints: ['cli/org-environments.ts'], outfile: 'lib/cli/org-environments.js', banner: { js: '#!/usr/bin/env node' },
    plugins: [dynalite],
  })];
}

/** The licences of what is bundled ask to be shipped with it. */
function writeNotices(results) {
  const inputs = results.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  const folders = new Set(inputs.map(input => /^(?:.*node_modules\/)(?:@[^/]+\/)?[^/]+/.exec(input)?.[0]).filter(Boolean));
  const notices = [...folders].sort().map(folder => {
    const { name, version, license } = JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8'));
    const file = readdirSync(path.join(root, folder)).find(entry => /^licen[cs]e/i.test(entry));
    return [`${name} ${version} (${license})`, file ? readFileSync(path.join(root, folder, file), 'utf8').trim() : ''].join('\n\n');
  });
  writeFileSync(path.join(root, 'lib/THIRD-PARTY-NOTICES.txt'), [...new Set(notices)].join('\n\n' + '-'.repeat(80) + '\n\n') + '\n');
}

const [, , ...results] = await Promise.all([writeTemplates(), bundleScripts(), bundleHandlers(), bundleRehearsal(), bundleCli()]);
writeNotices(results.flat());
