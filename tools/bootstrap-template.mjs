// The template of `cdk bootstrap` as JSON: handlers need no YAML parser, and it stays shorter than the 51,200 bytes that CloudFormation takes inline.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { parseDocument } from 'yaml';

const require = createRequire(import.meta.url);

/** Writes the bootstrap template of the installed aws-cdk. */
export function writeBootstrapTemplate(outputFile) {
  const document = parseDocument(readFileSync(require.resolve('aws-cdk/lib/api/bootstrap/bootstrap-template.yaml'), 'utf8'));
  // the template writes its functions in full; a short form (!Sub) would be lost in JSON, and the parser warns of it
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) throw new Error(`the bootstrap template of aws-cdk cannot be read: ${problem.message}`);

  const template = document.toJS();
  for (const resource of Object.values(template.Resources)) {
    // a bucket that is kept when the creation fails is in the way of the next creation
    if (resource.DeletionPolicy === 'Retain') resource.DeletionPolicy = 'RetainExceptOnCreate';
  }
  mkdirSync(path.dirname(outputFile), { recursive: true });
  writeFileSync(outputFile, JSON.stringify(template));
}
