import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { handlerCode, templatesFingerprint } from '../../src/private/handler-code';

test.each([
  'account', 'branch', 'stack', 'trigger',
])("the bundle of the handler '%s' is shipped, and needs no tool to be bundled", name => {
  const outdir = mkdtempSync(join(tmpdir(), 'handler-'));
  const stack = new Stack(new App({ outdir }), 'Stack');
  expect(handlerCode(name).bind(stack).s3Location?.objectKey).toMatch(/^[0-9a-f]{64}\.zip$/);
  rmSync(outdir, { recursive: true });
});

test('a bundle that is missing is named, with the way to make it', () => {
  expect(() => handlerCode('missing')).toThrow(
    /^the bundle of the handler 'missing' is missing in .+lambda\/missing: run 'npx projen bundle'$/,
  );
});

test('the templates of accounts have one fingerprint', () => {
  expect(templatesFingerprint()).toMatch(/^[0-9a-f]{16}$/);
  expect(templatesFingerprint()).toBe(templatesFingerprint());
});
