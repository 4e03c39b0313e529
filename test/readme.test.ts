import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import * as ts from 'typescript';

const root = path.join(__dirname, '..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

/** The examples of the README, each as a file of its own with what the fixture takes for granted. */
function examples(): ReadonlyMap<string, string> {
  const fixture = read('rosetta/default.ts-fixture');
  const blocks = [...read('README.md').matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code);
  return new Map(blocks.map((code, index) => [path.join(root, `test/readme-example-${index + 1}.ts`), fixture.replace('/// here', () => code)]));
}

function problems(files: ReadonlyMap<string, string>): string[] {
  const { config } = ts.readConfigFile(path.join(root, 'test/tsconfig.json'), file => ts.sys.readFile(file));
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, path.join(root, 'test'));
  const compilerOptions = { ...options, noUnusedLocals: false, noUnusedParameters: false };
  const host = ts.createCompilerHost(compilerOptions);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = file => files.has(file) || fileExists(file);
  host.readFile = file => files.get(file) ?? readFile(file);
  host.getSourceFile = (file, languageVersion, ...rest) => {
    const code = files.get(file);
    return code === undefined ? getSourceFile(file, languageVersion, ...rest) : ts.createSourceFile(file, code, languageVersion);
  };
  const program = ts.createProgram([...files.keys()], compilerOptions, host);
  return [...files.keys()].flatMap(file => ts.getPreEmitDiagnostics(program, program.getSourceFile(file)))
    .map(({ file, messageText }) => `${path.basename(file?.fileName ?? '')}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
}

test('every example of the README compiles', () => {
  const files = examples();

  expect(files.size).toBeGreaterThan(5);
  expect(problems(files)).toEqual([]);
});

test('every file that the README and CONTRIBUTING point to is there', () => {
  const links = ['README.md', 'CONTRIBUTING.md', 'docs/aws.md'].flatMap(document => (
    [...read(document).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => path.join(path.dirname(document), link))
  ));
  expect(links.length).toBeGreaterThan(5);
  // generated while the project is built
  expect(links.filter(link => link !== 'API.md' && !existsSync(path.join(root, link)))).toEqual([]);
});

test('the picture is the one that its source draws', () => {
  expect(execFileSync(process.execPath, [path.join(root, 'images/overview.mjs')], { encoding: 'utf8' })).toBe(read('images/overview.svg'));
});
