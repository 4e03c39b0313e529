import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');

/**
 * CloudFormation sends a request again only if it has failed, or if the properties of the resource have changed. So
 * these texts may advise to deploy again; every other one must name `org-environments reconcile`.
 */
const TRUE_BECAUSE: Readonly<Record<string, readonly string[]>> = {
  // in a repair or a deferred update, `withReconcileAdvice` replaces the advice
  'the request fails with this error, so the next deployment sends it again': [
    'lambda/account/access.ts', 'lambda/account/aws.ts', 'lambda/account/units/lifecycle.ts',
    'lambda/account/creation-errors.ts',
    'lambda/account/entry-error.ts',
    'lambda/account/lifecycle.ts', 'lambda/account/preconditions/lifecycle.ts',
    'lambda/account/preconditions/organization.ts', 'lambda/account/preconditions/repositories.ts',
    'lambda/account/baselines/lifecycle.ts', 'lambda/account/pool/errors.ts', 'lambda/account/pool/pooled-accounts.ts',
    'lambda/account/preparation.ts',
    'lambda/branch/descriptor.ts', 'lambda/branch/errors.ts', 'lambda/branch/lifecycle.ts',
    'lambda/branch/repository-lifecycle.ts', 'lambda/branch/start.ts',
    'lambda/cloudformation/errors.ts', 'lambda/cloudformation/lifecycle.ts', 'lambda/cloudformation/roles.ts',
    'lambda/cloudformation/stack-deployer.ts', 'lambda/entry/response.ts', 'lambda/pipeline/environments.ts',
    'lambda/registry/request.ts', 'lambda/shared/assume-role.ts', 'lambda/shared/errors.ts', 'lambda/shared/serve.ts',
    'lambda/stack/asset-errors.ts', 'lambda/transit/lifecycle.ts', 'docs/troubleshooting.md', 'README.md',
  ],
  'the function has the configuration of another version, which a deployment of this version changes': [
    'lambda/entry/entry.ts', 'lambda/registry/table.ts', 'lambda/account/management.ts',
    'lambda/account/pool/aws.ts',
  ],
  'the text that is replaced': ['lambda/shared/advice.ts'],
  'the deployment has failed, or creates the stack that was deleted': ['docs/break-glass.md'],
  'the request has failed, and the user has marked the stack for which it failed': ['docs/recovery.md'],
};

const ADVICE = /deploy (?:[\w'-]+ ){0,8}again|redeploy(?:ing)? (?:it|to)|deploy (?:the app that|its \w+)/i;

/** Strings that are continued on the next line are joined, so that an advice is in one line. */
function linesOf(file: string): readonly string[] {
  return readFileSync(join(ROOT, file), 'utf8').replace(/['"`]\s*\n\s*\+ ['"`]/g, '').split('\n');
}

/** The files with advice to deploy again, without comments. */
function advice(): readonly string[] {
  const files = ['lambda', 'src', 'cli', 'docs'].flatMap(folder =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map(name => `${folder}/${name}`),
  );
  return [...files, 'README.md']
    .filter(name => /\.(ts|md)$/.test(name) && !name.startsWith('docs/decisions/'))
    .filter(name => linesOf(name).some(line =>
      ADVICE.test(line) && !/^\s*(\/\/|\*|\/\*\*)/.test(line) && !/org-environments reconcile/.test(line),
    ));
}

test('every text that advises to deploy again is true, or names the command that reconciles', () => {
  const known = new Set(Object.values(TRUE_BECAUSE).flat());
  expect(advice().filter(name => !known.has(name))).toEqual([]);
});

test('every file that is listed as advising to deploy again does so', () => {
  const found = new Set(advice());
  expect([...new Set(Object.values(TRUE_BECAUSE).flat())].filter(name => !found.has(name))).toEqual([]);
});
