import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import * as ts from 'typescript';

const root = path.join(__dirname, '..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

/** Each example as a file with the declarations of the fixture. */
function filesOf(examples: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const fixture = read('rosetta/default.ts-fixture');
  return new Map([...examples].map(([name, code]) => [
    path.join(root, `test/example-${name}.ts`), fixture.replace('/// here', () => code),
  ]));
}

/** The examples of the README by their number. */
function readmeExamples(): ReadonlyMap<string, string> {
  const blocks = [...read('README.md').matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code);
  return new Map(blocks.map((code, index) => [`readme-${index + 1}`, code]));
}

/** The declarations of the modules that the index exports. */
function publicDeclarations(): readonly ts.Statement[] {
  const modules = [...read('src/index.ts').matchAll(/'\.\/(.+)'/g)].map(([, name]) => `src/${name}.ts`);
  return modules.flatMap(file => [...ts.createSourceFile(file, read(file), ts.ScriptTarget.ES2022, true).statements])
    .filter(node => ts.canHaveModifiers(node)
      && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword));
}

/** The examples in the documentation of a declaration and of its members. */
function examplesIn(node: ts.Node): string[] {
  const own = ts.getJSDocTags(node).filter(({ tagName }) => tagName.text === 'example')
    .map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '');
  const members = ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isEnumDeclaration(node)
    ? [...node.members] : [];
  return [...own, ...members.flatMap(examplesIn)];
}

function nameOf(node: ts.Node): string {
  return ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isEnumDeclaration(node)
    ? node.name?.text ?? '' : '';
}

/** The examples of the API reference by the names of their types. */
function docstringExamples(): ReadonlyMap<string, string> {
  return new Map(publicDeclarations().flatMap(node =>
    examplesIn(node).map((code, index) => [`${nameOf(node)}-${index + 1}`, code] as const)));
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
    return code === undefined ? getSourceFile(
      file, languageVersion, ...rest,
    ) : ts.createSourceFile(file, code, languageVersion);
  };
  const program = ts.createProgram([...files.keys()], compilerOptions, host);
  return [...files.keys()].flatMap(file => ts.getPreEmitDiagnostics(program, program.getSourceFile(file)))
    .map(
      ({ file, messageText }) => `${path.basename(file?.fileName ?? '')}: ${ts
        .flattenDiagnosticMessageText(messageText, '\n')}`,
    );
}

test('every example of the README and of the docstrings compiles', () => {
  const [readme, docstrings] = [readmeExamples(), docstringExamples()];

  expect(readme.size).toBeGreaterThan(5);
  expect(docstrings.size).toBeGreaterThan(10);
  expect(problems(filesOf(new Map([...readme, ...docstrings])))).toEqual([]);
});

test('every public class has an example', () => {
  const classes = publicDeclarations().filter(ts.isClassDeclaration);

  expect(classes.length).toBeGreaterThan(10);
  expect(classes.filter(node => examplesIn(node).length === 0).map(nameOf)).toEqual([]);
});

test('no line of an example has more than 120 columns', () => {
  const lines = [...readmeExamples(), ...docstringExamples()].flatMap(
    ([name, code]) => code.split('\n').map(line => ({ name, line })),
  );

  expect(lines.filter(({ line }) => line.length > 120)).toEqual([]);
});

test('every file that the README and CONTRIBUTING point to is there', () => {
  const links = ['README.md', 'CONTRIBUTING.md', 'docs/aws.md'].flatMap(document => (
    [
      ...read(document).matchAll(/\]\((?!https?:|#)([^)#]+)/g),
    ].map(([, link]) => path.join(path.dirname(document), link))
  ));
  expect(links.length).toBeGreaterThan(5);
  // generated while the project is built
  expect(links.filter(link => link !== 'API.md' && !existsSync(path.join(root, link)))).toEqual([]);
});

test('the picture is the one that its source draws', () => {
  expect(
    execFileSync(process.execPath, [path.join(root, 'images/overview.mjs')], { encoding: 'utf8' }),
  ).toBe(read('images/overview.svg'));
});
