import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import ts from 'typescript';

/**
 * Instruments source files with all their mutants, of which the environment activates one: those of Stryker except
 * strings, and constants that are numbers (0 and twice the value).
 */
export async function mutate(sources) {
  const { Instrumenter } = await import('@stryker-mutator/instrumenter');
  const log = { debug() {}, info() {}, warn() {}, isDebugEnabled: () => false };
  const files = sources.map(name => ({ name: resolve(name), content: readFileSync(name, 'utf8'), mutate: true }));
  const options = { plugins: [], excludedMutations: ['StringLiteral'], ignorers: [] };
  const result = await new Instrumenter(log).instrument(files, options);
  const mutants = result.mutants.filter(({ status }) => status !== 'Ignored').map(mutant => ({
    id: mutant.id,
    file: relative('.', mutant.fileName),
    text: `${mutant.location.start.line + 1} ${mutant.mutatorName}: `
      + `${originalOf(mutant)} → ${short(mutant.replacement)}`,
  }));
  const contents = new Map();
  result.files.forEach(({ name, content }, index) => {
    const file = relative('.', name);
    const numbers = numbersIn(files[index].content);
    contents.set(name, withNumbers(file, content, numbers));
    for (const [constant, value] of numbers) {
      mutants.push({ id: `${file}:${constant}:0`, file, text: `Number: ${constant} = 0`, isStatic: true });
      mutants.push({ id: `${file}:${constant}:2`, file, text: `Number: ${constant} = 2 * (${value})`, isStatic: true });
    }
  });
  return { contents, mutants };
}

/** The constants of a file that are numbers, with their source text. */
function numbersIn(text) {
  const isNumber = node => ts.isNumericLiteral(node)
    || (ts.isBinaryExpression(node) && isNumber(node.left) && isNumber(node.right));
  return new Map(constantsIn(text).filter(({ initializer }) => initializer && isNumber(initializer))
    .map(({ name, initializer }) => [name.getText(), initializer.getText()]));
}

function withNumbers(file, content, numbers) {
  let text = content;
  for (const { name, initializer } of constantsIn(content).reverse()) {
    if (!initializer || !numbers.has(name.getText())) continue;
    const call = `numberMutant('${file}:${name.getText()}', ${initializer.getText()})`;
    text = text.slice(0, initializer.getStart()) + call + text.slice(initializer.getEnd());
  }
  return `declare function numberMutant(id: string, value: number): number;\n${text}`;
}

function constantsIn(text) {
  return ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest, true).statements
    .filter(ts.isVariableStatement).flatMap(statement => [...statement.declarationList.declarations]);
}

function originalOf({ fileName, location: { start, end } }) {
  const lines = readFileSync(fileName, 'utf8').split('\n').slice(start.line, end.line + 1);
  lines[lines.length - 1] = lines[lines.length - 1].slice(0, end.column);
  lines[0] = lines[0].slice(start.column);
  return short(lines.join(' '));
}

function short(text) {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 120 ? `${line.slice(0, 120)}…` : line;
}
