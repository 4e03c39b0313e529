import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import * as ts from 'typescript';

const root = path.join(__dirname, '..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

/** Each example as a file with the declarations of the fixture. */
function filesOf(examples: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const fixture = read('rosetta/default.ts-fixture');
  return new Map([...examples].map(([name, code]) => [
    path.join(root, `test/example-${name}.ts`),
    code.startsWith('import ') ? code : fixture.replace('/// here', () => code),
  ]));
}

const pages = ['README.md', ...readdirSync(path.join(root, 'docs')).filter(name => name.endsWith('.md'))
  .map(name => `docs/${name}`)];

/** The examples of all pages by page and number. */
function pageExamples(): ReadonlyMap<string, string> {
  return new Map(pages.flatMap(page => {
    const blocks = [...read(page).matchAll(/^```ts(?: nofixture)?\n(.*?)^```/gms)].map(([, code]) => code);
    return blocks.map((code, index) => [`${path.basename(page, '.md')}-${index + 1}`, code] as const);
  }));
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

test('every example of the pages and of the docstrings compiles', () => {
  const [ofPages, docstrings] = [pageExamples(), docstringExamples()];

  expect(ofPages.size).toBeGreaterThan(20);
  expect(docstrings.size).toBeGreaterThan(10);
  expect(problems(filesOf(new Map([...ofPages, ...docstrings])))).toEqual([]);
});

test('the first example of the README is a complete app', () => {
  const [first = ''] = [...pageExamples().entries()].filter(([name]) => name.startsWith('README-'))
    .map(([, code]) => code);
  expect(first).toMatch(/^import [^]*from 'cdk-org-environments';\n[^]*new App\(\)/);
});

test.each(pages.filter(page => page.startsWith('docs/') && /^```ts/m.test(read(page))))(
  '%s names the complete app that its examples continue, before the first of them', page => {
    const [introduction = ''] = read(page).split(/^```ts/m);
    expect(introduction).toContain('[complete app](../README.md#a-complete-app)');
  },
);

test('every public class has an example', () => {
  const classes = publicDeclarations().filter(ts.isClassDeclaration);

  expect(classes.length).toBeGreaterThan(10);
  expect(classes.filter(node => examplesIn(node).length === 0).map(nameOf)).toEqual([]);
});

test('no line of an example has more than 120 columns', () => {
  const lines = [...pageExamples(), ...docstringExamples()].flatMap(
    ([name, code]) => code.split('\n').map(line => ({ name, line })),
  );

  expect(lines.filter(({ line }) => line.length > 120)).toEqual([]);
});

/** The anchors of the headings of a page, as GitHub makes them. */
function anchorsOf(page: string): readonly string[] {
  const text = read(page).replace(/^```.*?^```/gms, '');
  return [...text.matchAll(/^#{1,4} (.+)$/gm)].map(([, heading = '']) =>
    heading.toLowerCase().replace(/[^\p{L}\p{N}_\- ]/gu, '').replace(/ /g, '-'));
}

test.each([...pages, 'CONTRIBUTING.md'])('every link of %s leads to a file, and to a heading of it', page => {
  const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)].map(([, file = '', anchor]) => (
    { file: file === '' ? page : path.join(path.dirname(page), file), anchor }
  ));
  // API.md is generated while the project is built
  const broken = links.filter(({ file, anchor }) => file !== 'API.md' && !(existsSync(path.join(root, file))
    && (anchor === undefined || anchorsOf(file).includes(anchor))));
  expect(broken).toEqual([]);
});

test('the README can be read in one go', () => {
  expect(read('README.md').split('\n').length).toBeLessThanOrEqual(250);
});

const pictures = readdirSync(path.join(root, 'images')).filter(name => name.endsWith('.svg'));

test.each(pictures)('the picture %s is the one that its source draws, and a page shows it', picture => {
  const source = path.join(root, 'images', picture.replace('.svg', '.mjs'));
  expect(execFileSync(process.execPath, [source], { encoding: 'utf8' })).toBe(read(`images/${picture}`));
  expect(pages.filter(page => read(page).includes(`images/${picture})`)).length).toBeGreaterThan(0);
});
