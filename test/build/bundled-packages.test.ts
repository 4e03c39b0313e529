import { spawnSync } from 'node:child_process';
import {
  accessSync, constants, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';

const ROOT = join(__dirname, '../..');
const text = (file: string) => readFileSync(join(ROOT, 'lib', file), 'utf8');

interface Component {
  readonly name: string;
  readonly group?: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses: readonly object[];
  readonly hashes: readonly object[];
}

test('the command line can be executed, because pip installs files with their modes', () => {
  expect(() => accessSync(join(ROOT, 'lib/cli/org-environments.js'), constants.X_OK)).not.toThrow();
});

describe('the software bill of materials', () => {
  const sbom: { components: Component[]; serialNumber?: string; metadata: { timestamp?: string } } =
    JSON.parse(text('sbom.cdx.json'));
  const names = sbom.components.map(({ group, name, version }) => `${group ? `${group}/` : ''}${name} ${version}`);

  test('is a valid CycloneDX document', async () => {
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
    expect(await validator.validate(text('sbom.cdx.json'))).toBeNull();
  });

  test('lists each package of the notices, with its licence, address, and the hash of the archive that has it', () => {
    const headings = text('THIRD-PARTY-NOTICES.txt').split(`\n\n${'-'.repeat(80)}\n\n`)
      .map(notice => notice.slice(0, notice.indexOf(' (')));
    expect(headings.length).toBeGreaterThan(50);
    expect([...names].sort()).toEqual([...headings].sort());
    for (const { licenses, hashes, purl } of sbom.components) {
      expect({ purl, licenses: licenses.length, hashes: hashes.length }).toEqual({ purl, licenses: 1, hashes: 1 });
    }
  });

  test('lists the package that the bootstrap template is copied from', () => {
    expect(names).toContainEqual(expect.stringMatching(/^aws-cdk 2\./));
  });

  test('is the same for the same packages', () => {
    expect(sbom.serialNumber).toBeUndefined();
    expect(sbom.metadata.timestamp).toBeUndefined();
  });
});

test('the notices contain the NOTICE of each bundled package that has one', () => {
  const notices = text('THIRD-PARTY-NOTICES.txt');
  expect(notices).toContain(readFileSync(join(ROOT, 'node_modules/aws-cdk/NOTICE'), 'utf8').trim());
});

describe('the build', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'packages-'));
    put('node_modules/aws-cdk/package.json', JSON.stringify({ name: 'aws-cdk', version: '2.0.0' }));
    put('node_modules/aws-cdk/LICENSE', 'Apache');
    const spec = { name: '@aws-cdk/aws-service-spec', version: '0.1.0' };
    put('node_modules/@aws-cdk/aws-service-spec/package.json', JSON.stringify(spec));
    put('node_modules/@aws-cdk/aws-service-spec/LICENSE', 'Apache');
    put('node_modules/left/package.json', JSON.stringify({ name: 'left', version: '1.0.0', license: 'MIT' }));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function put(file: string, content: string): void {
    const target = join(folder, file);
    if (!existsSync(dirname(target))) mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  }

  /** Collects the packages of a bundle that has the package `left`. */
  function collect(supplied: object): string {
    const script = `
      import { bundledPackages } from './tools/bundled-packages.mjs';
      const inputs = { 'node_modules/left/index.js': {} };
      console.log(JSON.stringify(bundledPackages(process.argv[1], [{ inputs }], JSON.parse(process.argv[2]))));
    `;
    const args = ['--input-type=module', '--eval', script, folder, JSON.stringify(supplied)];
    const run = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
    return run.stdout + run.stderr;
  }

  test('fails if a bundled package has no licence text', () => {
    expect(collect({})).toContain(
      "the bundled package 'left' has no licence text: add it to tools/supplied-licences.mjs with its origin",
    );
  });

  test('uses a supplied licence text, and the notice of the package', () => {
    put('node_modules/left/NOTICE.txt', 'left right');
    expect(collect({ left: { text: 'MIT of left' } })).toContain('"licences":["MIT of left"],"notices":["left right"]');
  });

  test('fails if a supplied licence text is not needed', () => {
    put('node_modules/left/LICENSE-MIT', 'MIT');
    expect(collect({ left: { text: 'MIT of left' } })).toContain("the package 'left' has a licence text of its own");
    expect(collect({ right: { text: 'MIT' } })).toContain('no bundle contains right: remove it');
  });
});
