import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { COMMAND, CommandLine } from '../command-line';

let cli: CommandLine;
beforeAll(() => {
  cli = new CommandLine();
  mkdirSync(path.join(cli.folder, 'empty'));
  spawnSync('git', ['init', '-q', path.join(cli.folder, 'no-commit')]);
  const detached = path.join(cli.folder, 'detached');
  const git = (...args: string[]) => spawnSync('git', ['-C', detached, ...args]);
  spawnSync('git', ['init', '-q', '-b', 'main', detached]);
  git('-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '-q', '--allow-empty', '-m', 'first');
  git('checkout', '-q', '--detach');
  git('branch', '-q', '-D', 'main');
});
afterAll(() => { cli.remove(); });

test.each<[string, string[], string]>([
  ['a folder that does not exist', ['--app', 'nowhere'], "--app 'nowhere' is neither a folder nor a command"],
  ['a folder without a manifest', ['--app', '.'], 'manifest.json'],
  ['an empty app', ['--app', ''], 'is empty: give the folder of a cloud assembly'],
  [
    'a script without its interpreter', ['--app', 'app.js'],
    "--app 'app.js' does not exist: give the command that runs it, for example 'node app.js'",
  ],
  [
    'an empty organizational unit', ['--app', '.', '--organizational-unit', ''],
    "separated by slashes, for example Workloads/Test, got ''",
  ],
  ['a unit with an empty part', ['--app', '.', '--organizational-unit', 'Workloads//Test'], "got 'Workloads//Test'"],
  [
    'an invalid existing account', ['--app', '.', '--account', '12=role'],
    "must be <id> or <id>=<role name>, where the id has 12 digits, got '12=role'",
  ],
  [
    'a report in a folder that does not exist', ['--app', 'exit 3', '--report', 'no/report.json'],
    "--report 'no/report.json': the folder",
  ],
  ['a log that is a folder', ['--app', 'exit 3', '--log', '.'], "--log '.' is a folder: give the name of a file"],
  ['an empty name of a file', ['--app', 'exit 3', '--log', ''], 'is empty: give the name of a file'],
  [
    'an empty repository', ['--app', 'exit 3', '--repository', 'shop=empty'],
    'is empty: add at least one file for the first commit',
  ],
  [
    'a git repository without a commit', ['--app', 'exit 3', '--repository', 'shop=no-commit'],
    "/no-commit' has no commit: commit at least one file",
  ],
  ['a missing app', [], 'there is no cdk.json in'],
  ['an invalid context', ['-c', 'stage'], "must be <key>=<value>, got 'stage'"],
  ['an empty command', ['--app', 'exit 3', '--then', ' '], "is empty: give a command, for example 'git push'"],
  ['an account id that is too short', ['--app', 'exit 3', '--as', '12'], "or its id with 12 digits, got '12'"],
  [
    'an account without a command', ['--app', 'exit 3', '--then', 'true', '--as', '222222222222'],
    "--as '222222222222' has no effect without a command after it: add --then <command> after it",
  ],
  [
    'an invalid bootstrap', ['--app', 'exit 3', '--bootstrap', '222222222222=all'],
    "each of 12 digits, got '222222222222=all'",
  ],
  [
    'a repeated bootstrap',
    ['--app', 'exit 3', '--bootstrap', '222222222222=none', '--bootstrap', '222222222222=333333333333'],
    'account 222222222222 is given twice',
  ],
  [
    'an invalid type', ['--app', 'exit 3', '--unchecked-type', 'Queue'],
    "must be a resource type of CloudFormation, for example AWS::SQS::Queue, got 'Queue'",
  ],
  [
    'an unknown option', ['--app', '.', '--blazing'],
    "unknown option '--blazing'; to see what there is: org-environments rehearse --help\n",
  ],
  ['a typing error in an option', ['--app', '.', '--fautl'], "unknown option '--fautl'\n(Did you mean --fault?)\n"],
  [
    '--approve without a value', ['--app', '.', '--approve'],
    'argument missing; for example: org-environments rehearse --repository shop=../shop --approve all\n',
  ],
  ['an invalid account id', ['--app', '.', '--management-account', '12'], "must have 12 digits, got '12'"],
  [
    'an invalid account limit', ['--app', '.', '--account-limit', '0'],
    "must be a whole number from 1 to 99999, got '0'",
  ],
  [
    'an invalid repository',
    ['--app', '.', '--repository', 'shop'],
    'must be <name>=<path> or <host>:<owner>/<name>=<path> with the host github, gitlab or bitbucket, '
      + "got 'shop'",
  ],
  [
    'a repeated repository', ['--app', '.', '--repository', 'shop=empty', '--repository', 'shop=tmp'],
    "repository 'shop' is given twice",
  ],
  [
    'one file for report and timeline', ['--app', 'exit 3', '--report', 'x', '--timeline', './x'],
    "--report 'x' and --timeline './x' name the same file: give two different files",
  ],
  [
    'one file for report and log', ['--app', 'exit 3', '--report', 'x', '--log', 'x'],
    "--report 'x' and --log 'x' name the same file",
  ],
  ['a repository that does not exist', ['--app', '.', '--repository', 'shop=none'], "--repository 'shop': the folder"],
  [
    'an unknown kind of fault', ['--app', '.', '--fault', 'throttle,earthquake'],
    "separated by commas, got 'earthquake'",
  ],
  [
    'an invalid seed', ['--app', '.', '--fault', 'crash', '--seed', 'x'],
    "must be a whole number from 0 to 2147483647, got 'x'",
  ],
  [
    'a seed without faults', ['--app', '.', '--seed', '1'],
    '--seed has no effect without --fault: add faults, for example --fault throttle,crash',
  ],
])('rehearse exits with 2 and an error for %s', (_title, args, message) => {
  const { status, stderr } = cli.rehearse(...args);
  expect(stderr).toContain(message);
  expect(status).toBe(2);
});

test('a git repository without branches, of which a commit is checked out, has a commit', () => {
  const { stdout, stderr } = cli.rehearse('--app', 'exit 3', '--repository', 'shop=detached');
  expect(stdout + stderr).toContain('exit 3');
  expect(stdout + stderr).not.toContain('has no commit');
});

test.each([
  [['halt', 'prod'], "error: halt takes no argument 'prod': use --environment prod\n"],
  [
    ['rollback', 'prod', 'now'],
    "error: rollback takes no other argument 'now': see org-environments rollback --help\n",
  ],
  [['quench'], "error: unknown command 'quench'; to see what there is: org-environments --help\n"],
  [
    ['release', 'prod'],
    "error: required option '--to <commit>' not specified; for example: org-environments release prod --to main\n",
  ],
  [['forget'], "error: missing required argument 'name'; for example: org-environments forget dev --reason"],
])('%j is answered with what to do', (args, message) => {
  const { status, stderr } = spawnSync(process.execPath, [COMMAND, ...args], { encoding: 'utf8' });
  expect(stderr).toContain(message);
  expect(status).toBe(2);
});

test('--version prints the version of the package', () => {
  const { status, stdout } = spawnSync(process.execPath, [COMMAND, '--version'], { encoding: 'utf8' });
  const { version } = JSON.parse(readFileSync(path.join(__dirname, '../../../package.json'), 'utf8'));
  expect({ status, stdout }).toEqual({ status: 0, stdout: `${version}\n` });
});
