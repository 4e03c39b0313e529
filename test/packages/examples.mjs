import { readFileSync, readdirSync } from 'node:fs';
import * as path from 'node:path';
import { TargetLanguage, Translator, typeScriptSnippetFromCompleteSource } from 'jsii-rosetta';
import { requireTools, root, run } from './run.mjs';

const LANGUAGES = [TargetLanguage.PYTHON, TargetLanguage.JAVA, TargetLanguage.GO, TargetLanguage.CSHARP];
const PARSE = 'import ast, json, sys\nfor name, code in json.load(open(sys.argv[1])).items(): ast.parse(code, name)';

/** Checks that all examples translate, and that those in Python parse. Returns how many there are. */
export async function checkExamples(writeFile) {
  const translator = new Translator(false);
  const translations = translator.translateSnippets(pages().flatMap(snippetsOf), LANGUAGES);
  const problems = translator.diagnostics.map(({ formattedMessage }) => formattedMessage);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const shipped = JSON.parse(readFileSync(path.join(root, '.jsii.tabl.json'), 'utf8')).snippets;
  const python = Object.fromEntries([
    ...translations.map(({ snippet, key }) => [nameOf(snippet.location, key), snippet.translations.python.source]),
    ...Object.entries(shipped).map(([key, { location, translations: { python: { source } } }]) => (
      [nameOf(location, key), source]
    )),
  ]);
  requireTools('python3');
  await run('python3', ['-c', PARSE, writeFile('examples.json', JSON.stringify(python))]);
  return Object.keys(python).length;
}

/** The README is a part of the assembly, whose examples `jsii-rosetta extract` translates. */
function pages() {
  return readdirSync(path.join(root, 'docs')).filter(name => name.endsWith('.md')).map(name => `docs/${name}`);
}

function snippetsOf(page) {
  const fixture = readFileSync(path.join(root, 'rosetta/default.ts-fixture'), 'utf8');
  const text = readFileSync(path.join(root, page), 'utf8');
  return [...text.matchAll(/^```ts\n(.*?)^```/gms)].map(({ 1: code, index }) => {
    const source = fixture.replace('/// here', () => `/// !show\n${code}\n/// !hide`);
    const line = text.slice(0, index).split('\n').length + 1;
    const location = { api: { api: 'file', fileName: page }, field: { field: 'markdown', line } };
    return typeScriptSnippetFromCompleteSource(`/// !hide\n${source}`, location, true);
  });
}

function nameOf({ api }, key) {
  return `${api.fileName ?? api.fqn ?? api.moduleFqn} ${key.slice(0, 8)}`;
}
