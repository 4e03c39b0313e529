import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as path from 'node:path';
import { COMMAND } from '../command-line';

const DOCUMENTATION = /\/blob\/main\/(docs\/[\w-]+\.md)/;

function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [COMMAND, ...args], { encoding: 'utf8' });
}

function helpOf(names: readonly (string | undefined)[]): ReturnType<typeof run> {
  return run(...names.filter(name => name !== undefined), '--help');
}

const COMMANDS: readonly (readonly string[])[] = [
  ['rehearse'], ['halt'], ['resume'], ['status'], ['history'], ['reconcile'], ['forget'], ['accounts'],
  ['accounts', 'clean'], ['accounts', 'release'], ['addresses'], ['check', 'reach'], ['change-account-email'],
  ['release'], ['rollback'], ['abort'], ['approve'], ['release-status'], ['map'], ['backport'], ['absorb'],
  ['backport-status'], ['network'], ['complete'],
];

test.each(COMMANDS)('the help of %s %s names the exit status and an existing page of the documentation', (...names) => {
  const { status, stdout } = helpOf(names);
  expect(status).toBe(0);
  expect(stdout).toContain('Exit status:\n  0  success\n  1  something failed; the last lines say what and why\n');
  const [, page = 'none'] = DOCUMENTATION.exec(stdout) ?? [];
  expect(existsSync(path.join(__dirname, '../../..', page))).toBe(true);
});

test.each(COMMANDS)('the examples in the help of %s %s use its own options only', (...names) => {
  const { stdout } = helpOf(names);
  const [options = '', examples = ''] = stdout.split('\nExamples:\n');
  const command = names.filter(name => name !== undefined).join(' ');
  const calls = examples.split('\n\n')[0]?.split('\n') ?? [];
  expect(calls.length).toBeGreaterThan(0);
  for (const call of calls) {
    expect(call).toMatch(new RegExp(`^ {2}org-environments ${command}( |$)`));
    for (const [option] of call.matchAll(/--[a-z-]+/g)) expect(options).toContain(`${option} `);
  }
});

test('the help says which options are required', () => {
  expect(run('release', '--help').stdout).toMatch(/--to <commit> +commit id, branch or tag to release\. Required\n/);
  expect(run('halt', '--help').stdout).toMatch(/--environment <name> +name of an environment\. Can be repeated\n/);
});

test('the help of rehearse has examples, and its options in groups', () => {
  const { stdout } = run('rehearse', '--help');
  expect(stdout).toContain('Usage: org-environments rehearse [options] [stacks...]');
  expect(stdout).toMatch(/\nExamples:\n {2}org-environments rehearse +the app of cdk\.json\n/);
  for (const group of ['The app', 'What exists before the deployment', 'Pipelines', 'Faults', 'Output', 'Time']) {
    expect(stdout).toContain(`\n${group}:\n`);
  }
});

test('the help of halt has examples', () => {
  expect(run('halt', '--help').stdout)
    .toContain("  org-environments halt --environment prod --reason 'incident 4711'\n");
});

test.each(['bash', 'zsh', 'fish', 'powershell'])('complete writes the completion script of %s', shell => {
  const { status, stdout } = run('complete', shell);
  expect(stdout).toMatch(/org-environments complete|# powershell completion for org-environments/);
  expect(status).toBe(0);
});

test('completion knows the commands and their options', () => {
  expect(run('complete', '--', 'reh').stdout).toMatch(/^rehearse\t/);
  expect(run('complete', '--', 'rehearse', '--appr').stdout).toMatch(/^--approve\t/m);
});

test('the completion of bash works in bash', () => {
  const script = 'source <(node "$COMMAND" complete bash) && complete -p org-environments';
  const { status, stdout } = spawnSync('bash', ['-c', script], {
    encoding: 'utf8', env: { ...process.env, COMMAND },
  });
  expect(stdout).toContain('-F __org_environments_complete org-environments');
  expect(status).toBe(0);
});
