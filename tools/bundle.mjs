// Bundles the shipped code besides the constructs: handlers, the runtime of the rehearsal and the command line.
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { writeBootstrapTemplate, writeCdkBootstrapTemplate } from './bootstrap-template.mjs';
import { bundledPackages, licenceOf } from './bundled-packages.mjs';
import { leanSdk } from './lean-sdk.mjs';
import { writeResourceTypes } from './resource-types.mjs';
import { writeSbom } from './sbom.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  minify: true,
  logLevel: 'warning',
  legalComments: 'none',
  metafile: true,
};

/** Bundles each folder of lambda/ with a handler.ts to lib/lambda/<name>/index.js. */
function bundleHandlers() {
  const folder = path.join(root, 'lambda');
  const names = readdirSync(folder).filter(name => existsSync(path.join(folder, name, 'handler.ts')));
  // ES modules can be tree-shaken: a third smaller, and twice as fast to load. No dynamic imports: the rehearsal
  // replaces only modules that are required
  const modules = { mainFields: ['module', 'main'], supported: { 'dynamic-import': false }, plugins: [leanSdk] };
  return Promise.all(names.map(async name => {
    const used = new Map();
    const main = await build({
      ...common,
      ...modules,
      plugins: [leanSdk, hostClients(used)],
      entryPoints: [`lambda/${name}/handler.ts`],
      outfile: `lib/lambda/${name}/index.js`,
    });
    const clients = await Promise.all([...used].map(([host, file]) => build({
      ...common, ...modules, entryPoints: [file], outfile: `lib/lambda/${name}/${host}.js`,
    })));
    return [main, ...clients];
  }));
}

/**
 * Keeps the clients of repository hosts out of the bundle of a handler: each is a file beside it, which is loaded only
 * for a repository of the host.
 */
function hostClients(used) {
  return {
    name: 'host-clients',
    setup({ onResolve }) {
      onResolve({ filter: /\/client\.mjs$/ }, ({ path: request, kind, resolveDir }) => {
        if (kind !== 'dynamic-import') return undefined;
        const file = path.join(resolveDir, request).replace(/\.mjs$/, '.mts');
        const host = path.basename(path.dirname(file));
        used.set(host, file);
        return { path: `./${host}.js`, external: true };
      });
    },
  };
}

/** Bundles the scripts that the builds of a pipeline run, which are part of its template. */
function bundleScripts() {
  return build({
    ...common,
    entryPoints: ['check', 'describe', 'outputs'].map(name => `lambda/build-scripts/${name}.ts`),
    outdir: 'lib/lambda/build-scripts',
  });
}

/** Writes the bootstrap and baseline templates of vended accounts to the folder of the account handler. */
async function writeTemplates() {
  const folder = path.join(root, 'lib/lambda/account');
  mkdirSync(folder, { recursive: true });
  writeBootstrapTemplate(path.join(folder, 'bootstrap-template.json'));
  const result = await build({
    ...common,
    format: 'esm',
    write: false,
    entryPoints: ['lambda/account/baseline.ts'],
  });
  const source = Buffer.from(result.outputFiles[0].text).toString('base64');
  const { BASELINE } = await import(`data:text/javascript;base64,${source}`);
  writeFileSync(path.join(folder, 'baseline-template.json'), JSON.stringify(BASELINE));
  return result;
}

/** Bundles the runtime of simulated functions, the commands of simulated builds, and the SDK of the AWS runtime. */
function bundleRehearsal() {
  writeCdkBootstrapTemplate(path.join(root, 'lib/rehearsal/bootstrap-template.json'));
  writeResourceTypes(path.join(root, 'lib/rehearsal/resource-types.br'));
  return Promise.all([
    build({
      ...common,
      minify: false,
      entryPoints: ['runtime', 'guard'].map(name => `rehearsal/services/lambda/${name}.ts`),
      outdir: 'lib/rehearsal',
    }),
    build({
      ...common,
      entryPoints: ['rehearsal/services/codebuild/package-tools.ts'],
      outfile: 'lib/rehearsal/package-tools.js',
    }),
    build({
      ...common,
      stdin: { contents: "module.exports = require('aws-local-stepfunctions');", resolveDir: root },
      outfile: 'lib/rehearsal/states.js',
      plugins: [states],
    }),
    bundleSdk(['client-cloudwatch-logs', 'client-lambda', 'client-s3', 'client-sfn']),
  ]);
}

/** Bundles SDK clients to one file, since they share most of their code, and writes a file for each of them. */
function bundleSdk(names) {
  const folder = path.join(root, 'lib/rehearsal/sdk');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of names) {
    writeFileSync(path.join(folder, `${name}.js`), `module.exports = require('./clients')['${name}']();\n`);
  }
  const clients = names.map(name => `exports['${name}'] = () => require('@aws-sdk/${name}');`);
  return build({
    ...common,
    stdin: { contents: clients.join('\n'), resolveDir: root },
    outfile: path.join(folder, 'clients.js'),
  });
}

/**
 * Bundles dynalite without its native database, since the tables are kept in memory. esbuild resolves modules with a
 * computed name only if it contains the file extension.
 */
const dynalite = {
  name: 'dynalite',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^level$/ }, () => ({ path: 'level', namespace: 'omitted' }));
    onLoad({ filter: /.*/, namespace: 'omitted' }, () => ({ contents: 'exports.Level = undefined;' }));
    onLoad({ filter: /node_modules.dynalite.index\.js$/ }, ({ path: file }) => ({
      contents: readFileSync(file, 'utf8').replace(
        /(require\('\.\/(?:actions|validations)\/' \+ action)\)/g,
        "$1 + '.js')",
      ),
    }));
  },
};

/** Bundles the interpreter of state machines without its validator and the SDK: the rehearsal invokes the functions. */
const states = {
  name: 'states',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(asl-validator|@aws-sdk\/.*)$/ }, ({ path }) => ({ path, namespace: 'omitted' }));
    onLoad({ filter: /.*/, namespace: 'omitted' }, () => ({ contents: '' }));
  },
};

/** Bundles the command line to one file that needs no node_modules. */
async function bundleCli() {
  const outfile = 'lib/cli/org-environments.js';
  const result = await build({
    ...common,
    keepNames: true,
    entryPoints: ['cli/org-environments.ts'],
    outfile,
    banner: { js: '#!/usr/bin/env node' },
    plugins: [dynalite],
  });
  // npm makes it executable when it installs the package, pip does not
  chmodSync(path.join(root, outfile), 0o755);
  return [result];
}

/** Writes the licences and notices of the bundled packages, which require it. */
function writeNotices(packages) {
  const notices = packages.map(({ manifest, licences, notices }) =>
    [`${manifest.name} ${manifest.version} (${licenceOf(manifest)})`, ...licences, ...notices].join('\n\n'),
  );
  writeFileSync(
    path.join(root, 'lib/THIRD-PARTY-NOTICES.txt'),
    notices.join('\n\n' + '-'.repeat(80) + '\n\n') + '\n',
  );
}

const results = await Promise.all([
  writeTemplates(),
  bundleScripts(),
  bundleHandlers(),
  bundleRehearsal(),
  bundleCli(),
]);
const packages = bundledPackages(root, results.flat(2).map(({ metafile }) => metafile));
writeNotices(packages);
writeSbom(root, packages, 'lib/sbom.cdx.json');
