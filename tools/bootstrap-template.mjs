// Converts the template of `cdk bootstrap` to JSON: handlers need no YAML parser, and it is shorter than 51,200 bytes,
// the maximum for an inline template in CloudFormation.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { parseDocument } from 'yaml';

const require = createRequire(import.meta.url);

/** Writes the `cdk bootstrap` template of the installed aws-cdk, for the simulated AWS. */
export function writeCdkBootstrapTemplate(outputFile) {
  write(outputFile, cdkBootstrapTemplate());
}

/** Writes the bootstrap template of vended accounts. */
export function writeBootstrapTemplate(outputFile) {
  const template = cdkBootstrapTemplate();
  for (const resource of Object.values(template.Resources)) {
    // a bucket that is retained after a failed creation would make the next creation fail
    if (resource.DeletionPolicy === 'Retain') resource.DeletionPolicy = 'RetainExceptOnCreate';
  }
  write(outputFile, template);
}

function cdkBootstrapTemplate() {
  const file = require.resolve('aws-cdk/lib/api/bootstrap/bootstrap-template.yaml');
  const document = parseDocument(readFileSync(file, 'utf8'));
  // a short form of a function (!Sub) would be lost in JSON; the parser warns of it
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) throw new Error(`the bootstrap template of aws-cdk cannot be parsed: ${problem.message}`);
  return document.toJS();
}

function write(outputFile, template) {
  mkdirSync(path.dirname(outputFile), { recursive: true });
  writeFileSync(outputFile, JSON.stringify(template));
}
