import { readFileSync, readdirSync } from 'node:fs';
import * as path from 'node:path';
import * as ts from 'typescript';

const REHEARSAL = path.join(__dirname, '..', 'rehearsal');
const REJECTION = /(?<!which )the rehearsal (?:does not|runs only|invokes|resolves) /;

/** Returns the errors that say what the rehearsal does not do, with `…` instead of values of the app. */
export function rejections(): string {
  const files = readdirSync(REHEARSAL, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts'));
  // code in a text is that of a hook of git; a text that ends its line is the content of a file
  const messages = files.flatMap(file => messagesIn(path.join(REHEARSAL, file)))
    .filter(text => !text.includes("' +") && !text.endsWith('\n')).map(text => text.replace(/…{2,}/g, '…'));
  return [...new Set(messages)].sort().map(message => `- ${message}`).join('\n');
}

function messagesIn(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const text = textOf(node);
    if (text === undefined) ts.forEachChild(node, visit);
    else if (REJECTION.test(text)) found.push(text);
  };
  visit(source);
  return found;
}

/** The text of a literal, or of literals that are added; undefined for other nodes. */
function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (ts.isTemplateExpression(node)) {
    return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('');
  }
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.PlusToken) return undefined;
  const [left, right] = [textOf(node.left), textOf(node.right)];
  return left === undefined && right === undefined ? undefined : `${left ?? '…'}${right ?? '…'}`;
}
