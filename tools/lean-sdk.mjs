// Leaves out of the AWS SDK what no handler uses. A function has its credentials and region in environment variables.
import { readFileSync, readdirSync } from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');

/** Modules of the SDK in whose place one of our own comes, by the end of their path. */
const REPLACEMENTS = [
  [/@aws-sdk\/credential-provider-node\/dist-es\/index\.js$/, 'environment-credentials.js'],
  [/@smithy\/core\/dist-es\/submodules\/event-streams\/index\.js$/, 'no-event-streams.js'],
  [/@smithy\/core\/.*\/shared-ini-file-loader\/loadSharedConfigFiles\.js$/, 'no-config-files.js'],
  [/@smithy\/core\/.*\/regionConfig\/getInstanceMetadataRegion\.js$/, 'no-instance-metadata.js'],
];

/** The esbuild plugin. It needs the SDK's ES modules (`mainFields`): only of those can esbuild leave parts out. */
export const leanSdk = {
  name: 'lean-sdk',
  setup({ onLoad }) {
    const used = wordsOf(path.join(root, 'lambda'));
    for (const [filter, file] of REPLACEMENTS) {
      const contents = readFileSync(path.join(root, 'tools/sdk', file), 'utf8');
      onLoad({ filter }, ({ path: replaced }) => ({ contents, resolveDir: path.dirname(replaced) }));
    }
    onLoad({ filter: /@aws-sdk\/[^/]+\/package\.json$/ }, ({ path: file }) => {
      const { version } = JSON.parse(readFileSync(file, 'utf8'));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
    onLoad({ filter: /@aws-sdk\/client-[^/]+\/dist-es\/schemas\/schemas_0\.js$/ }, ({ path: file }) => {
      const errors = readFileSync(path.join(path.dirname(file), '../models/errors.js'), 'utf8');
      return { contents: withoutUnusedErrors(withPlainKeys(readFileSync(file, 'utf8')), errors, used) };
    });
  },
};

/** `{ [_e]: _c }` as `{ "error": _c }`: esbuild keeps every object with a computed key, even if nothing uses it. */
function withPlainKeys(schemas) {
  const declarations = schemas.matchAll(/^const (_\w+) = ("[^"\n]*");$/gm);
  const constants = new Map([...declarations].map(([, name, text]) => [name, text]));
  return schemas.replace(/\[(_\w+)\]:/g, (key, name) => constants.has(name) ? `${constants.get(name)}:` : key);
}

/** An error whose only traits are that it is one and its status, and whose only member is its message. */
const PLAIN_ERROR = new RegExp([
  /^export var (\w+)\$ = \[-3, n0, \w+,/,
  /\s+\{ "error": _\w+(?:, "httpError": \d+)? \},/,
  /\s+\[(?:_m|_M)?\],/,
  /\s+\[0?\]/,
  /\];/,
  /n0_registry\.registerError\(\1\$, \1\);\n/,
].map(({ source }) => source).join('\\n'), 'gm');

/**
 * A plain error that no handler names needs no class: the SDK then throws the base class of the service's errors with
 * the same name and message. What has more traits (another name on the wire) or can be retried keeps its class.
 */
function withoutUnusedErrors(schemas, errors, used) {
  const classes = errors.split(/^export class /m).filter(text => text.includes('$retryable'));
  const retryable = new Set(classes.map(text => /^\w+/.exec(text)?.[0]));
  return schemas.replace(PLAIN_ERROR, (text, name) => used.has(name) || retryable.has(name) ? text : '');
}

/** Every word of the sources in a folder. */
function wordsOf(folder) {
  const files = readdirSync(folder, { recursive: true }).filter(file => file.endsWith('.ts'));
  return new Set(files.flatMap(file => readFileSync(path.join(folder, file), 'utf8').match(/\w+/g) ?? []));
}
