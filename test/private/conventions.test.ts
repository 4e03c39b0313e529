import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';

const SOURCE = join(__dirname, '../../src');
const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'));
const texts = files.map(name => ({ name, text: readFileSync(join(SOURCE, name), 'utf8') }));

test('no construct reads the environment of the process', () => {
  const reads = (node: ts.Node): boolean => (ts.isPropertyAccessExpression(node) && node
    .getText() === 'process.env') || (ts.forEachChild(node, reads) ?? false);
  const parsed = texts.map(({ name, text }) => ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true));
  expect(parsed.filter(reads).map(({ fileName }) => fileName)).toEqual([]);
});

test('every public property that may be left out says what happens then', () => {
  const exported = [
    ...readFileSync(join(SOURCE, 'index.ts'), 'utf8').matchAll(/'\.\/(.+)'/g),
  ].map(([, name]) => `${name}.ts`);
  const silent = texts.filter(({ name }) => exported.includes(name)).flatMap(({ name, text }) => {
    const file = ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true);
    return file.statements.filter(ts.isInterfaceDeclaration).flatMap(declaration => declaration.members
      .filter(member => ts.isPropertySignature(member) && member.questionToken)
      .filter(member => !ts.getJSDocTags(member).some(({ tagName }) => tagName.text === 'default'))
      .map(member => `${declaration.name.text}.${member.name?.getText() ?? ''}`));
  });
  expect(silent).toEqual([]);
});
