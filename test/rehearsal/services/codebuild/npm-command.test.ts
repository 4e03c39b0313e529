import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { packageToolsFile } from '../../../../rehearsal/core/bundled-files';
import { npmCommand } from '../../../../rehearsal/services/codebuild/npm-command';

const URL = 'https://npm.example.com';

test.each([
  ['install -g x', { verb: 'install', names: ['x'], options: ['-g'], isGlobal: true }],
  ['--location global add x y', { verb: 'add', names: ['x', 'y'], options: ['--location', 'global'], isGlobal: true }],
  [`i --global --registry ${URL} x`, { names: ['x'], options: ['--global', '--registry', URL], isGlobal: true }],
  [`ci --registry=${URL} --no-audit`, { names: [], options: [`--registry=${URL}`, '--no-audit'], isGlobal: false }],
  ['i -g -- x', { names: ['x'], options: ['-g'], isGlobal: true, isElsewhere: false }],
  ['ci --prefix web', { names: [], isElsewhere: true }],
  ['ci -w web', { names: [], isElsewhere: true }],
])('npm %s is parsed', (line, expected) => {
  expect(npmCommand(line.split(' '))).toMatchObject(expected);
});

describe('npm of a build', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'npm-command-'));
    mkdirSync(path.join(folder, 'node_modules/tool'), { recursive: true });
    writeFileSync(path.join(folder, 'node_modules/tool/package.json'), '{"version":"1.2.3","bin":"tool.js"}');
    writeFileSync(path.join(folder, 'node_modules/tool/tool.js'), '');
    // the real npm
    writeFileSync(path.join(folder, 'npm'), '#!/bin/sh\necho "npm $*"\n', { mode: 0o755 });
  });
  afterEach(() => { rmSync(folder, { recursive: true }); });

  const npm = (...given: string[]): string => {
    const args = [packageToolsFile(), path.join(folder, 'node_modules'), 'npm', ...given];
    const env = { PATH: folder, npm_config_prefix: folder };
    return spawnSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8' }).stdout;
  };

  test('links a package that is installed here, whatever the registry', () => {
    expect(npm('install', '-g', '--registry', URL, 'tool@^1.0.0')).toBe('');
    expect(existsSync(path.join(folder, 'bin/tool'))).toBe(true);
  });

  test('passes the options of an installation on', () => {
    expect(npm('install', '-g', '--registry', URL, 'tool', 'other')).toBe(
      `npm install -g --registry ${URL} other --no-audit --no-fund\n`,
    );
    expect(npm('ci', '--prefix', 'web')).toBe('npm ci --prefix web\n');
  });
});
