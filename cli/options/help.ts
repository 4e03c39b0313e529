const DOCUMENTATION = 'https://github.com/cdk-org-environments/cdk-org-environments/blob/main/docs';
const EXIT_STATUS = `
Exit status:
  0  success
  1  something failed; the last lines say what and why
  2  wrong options or arguments
`;

interface Help {
  /** Page of the documentation. */
  readonly page: string;
  /** Arguments of calls, and what they do where that is not obvious. */
  readonly examples: readonly (string | readonly [args: string, meaning: string])[];
}

/** Examples and pages, by the path of commands. */
const HELP: Readonly<Record<string, Help>> = {
  'rehearse': {
    page: 'rehearse.md',
    examples: [
      ['', 'the app of cdk.json'],
      ['Management Cicd', 'two of its stacks'],
      ['-a cdk.out', 'a cloud assembly'],
      "-a 'npx cdk synth' -c stage=test",
      '--repository shop=../shop --approve all',
      '--json --quiet > report.json',
    ],
  },
  'halt': {
    page: 'operate.md',
    examples: ["--environment prod --reason 'incident 4711'", "--all --reason 'orders are charged twice'"],
  },
  'resume': { page: 'operate.md', examples: ['--environment prod', '--all'] },
  'status': { page: 'operate.md', examples: ['', '--json'] },
  'history': { page: 'operate.md', examples: ['dev', '--limit 200 --json'] },
  'reconcile': {
    page: 'operate.md', examples: [['--all --check', 'compare, and change nothing'], '--environment test'],
  },
  'forget': { page: 'operate.md', examples: ["dev --reason 'account closed'"] },
  'change-account-email': {
    page: 'accounts.md',
    examples: [
      ['300000000002 --email new@example.com', 'AWS sends a code to this address'],
      '300000000002 --email new@example.com --code 123456',
    ],
  },
  'accounts': { page: 'pools.md', examples: ['', '--json'] },
  'accounts clean': {
    page: 'cleaning.md',
    examples: ['300000000002', ['300000000002 --full', 'all types, all regions']],
  },
  'accounts release': { page: 'pools.md', examples: ["300000000002 --force --reason 'bucket is empty now'"] },
  'addresses': { page: 'addresses.md', examples: [''] },
  'network': { page: 'customers.md', examples: ['', '--format svg --output network.svg'] },
  'check': { page: 'networks.md', examples: [] },
  'check reach': {
    page: 'networks.md',
    examples: ['--from shop-dev --to shop-prod', '--from shop-dev --to 10.16.4.0/24 --port 5432'],
  },
  'release': { page: 'blue-green.md', examples: ['prod --to main', ['prod --to v1.2 --watch', 'and follow it']] },
  'rollback': { page: 'blue-green.md', examples: ['prod'] },
  'abort': { page: 'blue-green.md', examples: ["prod --reason 'wrong commit'"] },
  'approve': { page: 'blue-green.md', examples: ['prod', "prod --reject --reason 'wrong commit'"] },
  'release-status': { page: 'blue-green.md', examples: ['prod', 'prod --watch'] },
  'map': { page: 'branches.md', examples: ['', '--format svg --output map.svg'] },
  'backport': { page: 'branches.md', examples: ['c0ffee0 --from dev', '--from dev --pull-request 17'] },
  'absorb': { page: 'branches.md', examples: ['prod', 'prod --to test,dev'] },
  'backport-status': { page: 'branches.md', examples: ['backport-1', ['backport-1 --restart', 'continue it']] },
  'complete': {
    page: 'rehearse.md#shell-completion',
    examples: [['bash > ~/.org-environments.bash', 'then source this file in ~/.bashrc'], 'zsh', 'fish | source'],
  },
};

/** Returns the arguments of the examples of a command. */
export function examplesOf(path: string): string[] {
  return (HELP[path]?.examples ?? []).map(example => typeof example === 'string' ? example : example[0]);
}

/**
 * Returns the text after the options of a command: examples, the page of the documentation, and the exit status.
 *
 * @param path names of the command and of those above it, for example `accounts clean`
 */
export function helpOf(path: string): string {
  const { page = 'operate.md', examples = [] } = HELP[path] ?? {};
  const calls = examples.map(example => typeof example === 'string' ? [example, ''] : example);
  const width = Math.max(...calls.map(([args]) => args.length), 0);
  const lines = calls.map(([args, meaning]) => (
    `  org-environments ${path} ${args.padEnd(width)}  ${meaning}`.trimEnd()
  ));
  const section = lines.length === 0 ? '' : `\nExamples:\n${lines.join('\n')}\n`;
  return `${section}${EXIT_STATUS}\nMore: ${DOCUMENTATION}/${page}\n`;
}
