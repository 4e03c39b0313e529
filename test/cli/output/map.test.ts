import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { map } from '../../../cli/commands/map';
import { parseMapFormat } from '../../../cli/options/parsers';
import { mapMermaid } from '../../../cli/output/map/mermaid';
import { mapTrees, rowsOf } from '../../../cli/output/map/model';
import { mapSvg } from '../../../cli/output/map/svg';
import { mapText } from '../../../cli/output/map/text';
import type { MapBranch, StatusOutcome } from '../../../src/operations/contract';

function branch(name: string, parentName: string, rest: Partial<MapBranch> = {}): MapBranch {
  return {
    host: 'codecommit',
    repositoryName: 'shop',
    branchName: `env/${name}`,
    parentName,
    environmentName: name,
    accountId: '111111111111',
    ahead: 3,
    behind: 1,
    ...rest,
  };
}

function pipeline(name: string, status?: string, rest: Partial<StatusOutcome> = {}): StatusOutcome {
  return {
    environmentName: name,
    accountId: '111111111111',
    region: 'eu-central-1',
    pipelineName: name,
    state: 'enabled',
    branchName: `env/${name}`,
    ...status !== undefined && {
      lastExecution: { status, startedAt: '2026-01-01T10:00:00.000Z', commitId: 'c0ffee0123456789' },
    },
    ...rest,
  };
}

const BRANCHES = [
  branch('test', 'env/prod', { ahead: 0, behind: 0 }),
  branch('prod', 'main'),
  branch('dev', 'env/test', { ahead: 1000, behind: 2, isMinimum: true }),
  branch('qa', 'env/prod', { ahead: undefined, behind: undefined }),
  branch('lost', 'env/prod', { problem: "branch 'env/lost' does not exist" }),
];
const PIPELINES = [
  pipeline('prod', 'Succeeded'), pipeline('test', 'Failed'), pipeline('dev', 'InProgress', { state: 'halted' }),
  pipeline('qa'),
];

test('repositories of the same name on two hosts are two trees', () => {
  const branches = [branch('prod', 'main', { host: 'github' }), branch('prod', 'main', { host: 'gitlab' })];
  expect(mapTrees(branches, []).map(({ branchName, children }) => [branchName, children.length])).toEqual([
    ['main', 1], ['main', 1],
  ]);
});

test('the text is a tree with a line for each branch', () => {
  const lines = mapText(BRANCHES, PIPELINES).map(stripVTControlCharacters).map(line => (
    line.replace(/\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?( \w+)?/g, 'TIME')
  ));
  expect(lines).toEqual([
    'repository shop',
    'main',
    '└─ env/prod  prod  111111111111  succeeded TIME (c0ffee0)  +3 −1',
    "   ├─ env/lost  lost  111111111111  no pipeline  branch 'env/lost' does not exist",
    '   ├─ env/qa  qa  111111111111  never deployed  not compared yet',
    '   └─ env/test  test  111111111111  failed TIME (c0ffee0)  same as its parent',
    '      └─ env/dev  dev  111111111111  halted, in progress TIME (c0ffee0)  +≥1000 −≥2',
  ]);
  expect(mapText([], [])).toEqual(['no environment has a branch']);
});

test('each branch has one state, and a circle of parents has an end', () => {
  const states = mapTrees(BRANCHES, PIPELINES).flatMap(root => rowsOf(root)).map(({ node }) => node.state);
  expect(states).toEqual(['unknown', 'deployed', 'unknown', 'unknown', 'failed', 'stopped']);
  expect(mapTrees([branch('a', 'env/b'), branch('b', 'env/a')], [])).toEqual([]);
});

test('the chart of Mermaid has each branch and its counts, and no character that ends a label', () => {
  const lines = mapMermaid([...BRANCHES, branch('x', 'main', { branchName: 'env/"x"|`#' })], PIPELINES);
  expect(lines[0]).toBe('flowchart LR');
  expect(lines).toContain('  n1["env/#34;x#34;#124;#96;#35;<br/>x, 111111111111<br/>no pipeline"]:::unknown');
  expect(lines.filter(line => line.includes('-->'))).toHaveLength(6);
  expect(lines.join('\n')).toContain('-->|"+3 −1"|');
});

test('a branch whose execution waits for approval has a state and a color of its own', () => {
  const pipelines = [pipeline('prod', 'WaitsForApproval')];
  const [, prod] = mapTrees(BRANCHES, pipelines).flatMap(root => rowsOf(root)).map(({ node }) => node.state);
  expect(prod).toBe('waiting');
  expect(mapText(BRANCHES, pipelines).map(stripVTControlCharacters)[2]).toContain('  waits for approval 2026-01-01 ');
  expect(mapMermaid(BRANCHES, pipelines).join('\n')).toContain('waits for approval"]:::waiting');
  const picture = mapSvg(BRANCHES, pipelines).join('\n');
  expect(picture).toContain('>waits for approval</text>');
  expect(picture).toContain('>waits for approval 2026-01-01 10:00 c0ffee0</text>');
});

describe('the picture', () => {
  const names = Array.from({ length: 30 }, (_, index) => `e${index}`);
  const many = names.map((name, index) => branch(name, index === 0 ? 'main' : `env/e${Math.floor((index - 1) / 3)}`));
  const picture = mapSvg(many, names.map(name => pipeline(name, 'Succeeded'))).join('\n');
  const numbers = (pattern: RegExp) => [...picture.matchAll(pattern)].map(match => match.slice(1).map(Number));

  test('has 30 environments in rows that do not overlap, within its size', () => {
    const [[width = 0, height = 0] = []] = numbers(/viewBox="0 0 (\S+) (\S+)"/g);
    const boxes = numbers(/<rect x="(\S+)" y="(\S+)" width="(\S+)" height="26"/g);
    expect(boxes).toHaveLength(31);
    const tops = boxes.map(([, y = 0]) => y);
    expect(tops.slice(1).every((y, index) => y - (tops[index] ?? 0) >= 26)).toBe(true);
    expect(boxes.every(([x = 0, y = 0, w = 0]) => x + w <= width && y + 26 <= height)).toBe(true);
  });

  test('explains its colors, and escapes names', () => {
    for (const meaning of ['deployed', 'last deployment failed', 'halted, disabled or stopped']) {
      expect(picture).toContain(`>${meaning}</text>`);
    }
    expect(mapSvg([branch('x', 'main', { branchName: 'env/<&>' })], []).join('')).toContain('env/&#60;&#38;&#62;');
  });
});

test('the map is written to a file, or printed as JSON', async () => {
  const lines: string[] = [];
  const operations = { invoke: async () => ({ pipelines: [], map: BRANCHES }) };
  await map({ format: 'json' }, operations, line => void lines.push(line));
  expect(JSON.parse(lines.join('\n'))).toMatchObject({ branches: [{ branchName: 'env/test' }, {}, {}, {}, {}] });
  const folder = mkdtempSync(join(tmpdir(), 'map-'));
  await map({ format: 'svg', output: join(folder, 'map.svg') }, operations, () => {});
  expect(readFileSync(join(folder, 'map.svg'), 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s);
  rmSync(folder, { recursive: true });
  await expect(map({}, { invoke: async () => ({ pipelines: [] }) }, () => {})).rejects.toThrow(
    'the organization knows no map: deploy it with the version of this command',
  );
  expect(() => parseMapFormat('png')).toThrow("must be one of text, json, mermaid, svg, got 'png'");
});
