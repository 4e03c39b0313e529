// The template of `cdk bootstrap` as JSON: handlers need no YAML parser, and it stays shorter than the 51,200 bytes that CloudFormation takes inline.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { parseDocument } from 'yaml';

const require = createRequire(import.meta.url);

/** Writes the template of `cdk bootstrap` of the installed aws-cdk, for the simulated AWS. */
export function writeCdkBootstrapTemplate(outputFile) {
  write(outputFile, cdkBootstrapTemplate());
}

/** Writes the template that vended accounts are bootstrapped with. */
export function writeBootstrapTemplate(outputFile) {
  const template = cdkBootstrapTemplate();
  for (const resource of Object.values(template.Resources)) {
    // a bucket that is kept when the creation fails is in the way of the next creation
    if (resource.DeletionPolicy === 'Retain') resource.DeletionPolicy = 'RetainExceptOnCreate';
  }
  write(outputFile, template);
}

function cdkBootstrapTemplate() {
  const document = parseDocument(readFileSync(require.resolve('aws-cdk/lib/api/bootstrap/bootstrap-template.yaml'), 'utf8'));
  // the template writes its functions in full; a short form (!Sub) would be lost in JSON, and the parser warns of it
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) throw new Error(`the bootstrap template of aws-cdk cannot be read: ${problem.message}`);
  return document.toJS();
}

function write(outputFile, template) {
  mkdirSync(path.dirname(outputFile), { recursive: true });
  writeFileSync(outputFile, JSON.stringify(template));
}
