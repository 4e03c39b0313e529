// Omits the parts of the AWS SDK that no handler uses. Functions have their credentials and region in environment
// variables.
import { readFileSync, readdirSync } from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');

/** Modules of the SDK and the files in tools/sdk that replace them. */
const REPLACEMENTS = [
  [/@aws-sdk\/credential-provider-node\/dist-es\/index\.js$/, 'environment-credentials.js'],
  [/@smithy\/core\/dist-es\/submodules\/event-streams\/index\.js$/, 'no-event-streams.js'],
  [/@smithy\/core\/.*\/shared-ini-file-loader\/loadSharedConfigFiles\.js$/, 'no-config-files.js'],
  [/@smithy\/core\/.*\/regionConfig\/getInstanceMetadataRegion\.js$/, 'no-instance-metadata.js'],
];

/** An esbuild plugin. It requires the ES modules of the SDK (`mainFields`), which esbuild can tree-shake. */
export const leanSdk = {
  name: 'lean-sdk',
  setup({ onLoad }) {
    const used = identifiersIn(path.join(root, 'lambda'));
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

/** Replaces `{ [_e]: _c }` by `{ "error": _c }`: esbuild keeps unused objects if they have computed keys. */
function withPlainKeys(schemas) {
  const declarations = schemas.matchAll(/^const (_\w+) = ("[^"\n]*");$/gm);
  const constants = new Map([...declarations].map(([, name, text]) => [name, text]));
  return schemas.replace(/\[(_\w+)\]:/g, (key, name) => constants.has(name) ? `${constants.get(name)}:` : key);
}

/** Matches an error with no traits except `error` and its status, and no member except its message. */
const PLAIN_ERROR = new RegExp([
  /^export var (\w+)\$ = \[-3, n0, \w+,/,
  /\s+\{ "error": _\w+(?:, "httpError": \d+)? \},/,
  /\s+\[(?:_m|_M)?\],/,
  /\s+\[0?\]/,
  /\];/,
  /n0_registry\.registerError\(\1\$, \1\);\n/,
].map(({ source }) => source).join('\\n'), 'gm');

/**
 * Removes the classes of plain errors that no handler uses: the SDK then throws the base class of the service's errors
 * with the same name and message. Errors with more traits (another wire name) and retryable errors keep their classes.
 */
function withoutUnusedErrors(schemas, errors, used) {
  const classes = errors.split(/^export class /m).filter(text => text.includes('$retryable'));
  const retryable = new Set(classes.map(text => /^\w+/.exec(text)?.[0]));
  return schemas.replace(PLAIN_ERROR, (text, name) => used.has(name) || retryable.has(name) ? text : '');
}

/** Returns all identifiers in the sources of a folder. */
function identifiersIn(folder) {
  const files = readdirSync(folder, { recursive: true }).filter(file => file.endsWith('.ts'));
  return new Set(files.flatMap(file => readFileSync(path.join(folder, file), 'utf8').match(/\w+/g) ?? []));
}
