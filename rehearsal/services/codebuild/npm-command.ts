import { parseArgs } from 'node:util';

/**
 * Options of installations that npm reads a value after; all others are flags, or have their value behind `=`.
 *
 * @see https://docs.npmjs.com/cli/v11/using-npm/config
 */
const WITH_VALUE = [
  'before', 'ca', 'cache', 'cafile', 'cert', 'cpu', 'depth', 'fetch-retries', 'fetch-retry-factor',
  'fetch-retry-maxtimeout', 'fetch-retry-mintimeout', 'fetch-timeout', 'git', 'globalconfig', 'https-proxy', 'include',
  'install-strategy', 'key', 'libc', 'local-address', 'loglevel', 'logs-dir', 'logs-max', 'maxsockets',
  'min-release-age', 'node-options', 'noproxy', 'omit', 'os', 'otp', 'proxy', 'registry', 'replace-registry-host',
  'save-prefix', 'scope', 'script-shell', 'tag', 'umask', 'user-agent', 'userconfig',
];

/** A command of npm. */
interface NpmCommand {
  /** For example `install`. */
  readonly verb: string;
  /** What it installs. */
  readonly names: readonly string[];
  /** The options with their values, as they are given. */
  readonly options: readonly string[];
  readonly isGlobal: boolean;
  /** Whether options choose another folder than the current one. */
  readonly isElsewhere: boolean;
}

/** Parses the arguments of npm. */
export function npmCommand(given: readonly string[]): NpmCommand {
  const { values, tokens } = parseArgs({
    args: [...given],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: {
      ...Object.fromEntries(WITH_VALUE.map(name => [name, { type: 'string' as const }])),
      global: { type: 'boolean', short: 'g' },
      location: { type: 'string', short: 'L' },
      prefix: { type: 'string', short: 'C' },
      workspace: { type: 'string', short: 'w' },
      workspaces: { type: 'boolean' },
    },
  });
  const positionals = tokens.filter(token => token.kind === 'positional');
  const [verb = '', ...names] = positionals.map(({ value }) => value);
  const positions = new Set(positionals.map(({ index }) => index));
  return {
    verb,
    names,
    options: given.filter((argument, index) => argument !== '--' && !positions.has(index)),
    isGlobal: values.global === true || values.location === 'global',
    isElsewhere: [values.prefix, values.workspace, values.workspaces].some(value => value !== undefined),
  };
}
