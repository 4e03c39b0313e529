import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');

/**
 * How often the texts of a file advise to deploy again. Look at each new one before it is counted:
 * CloudFormation sends a request again only if it has failed, or if the properties of the resource have changed. So
 * these texts may advise to deploy again; every other one must name `org-environments reconcile`.
 */
const TRUE_BECAUSE: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  // in a repair or a deferred update, `withReconcileAdvice` replaces the advice
  'the request fails with this error, so the next deployment sends it again, or `withDeletionAdvice` replaces it': {
    'lambda/account/access.ts': 7,
    'lambda/account/aws.ts': 1,
    'lambda/account/units/lifecycle.ts': 2,
    'lambda/account/creation-errors.ts': 7,
    'lambda/account/entry-error.ts': 1,
    'lambda/account/lifecycle.ts': 3,
    'lambda/account/preconditions/lifecycle.ts': 1,
    'lambda/account/preconditions/organization.ts': 1,
    'lambda/account/preconditions/repositories.ts': 5,
    'lambda/account/baselines/lifecycle.ts': 1,
    'lambda/account/pool/errors.ts': 2,
    'lambda/account/pool/pooled-accounts.ts': 1,
    'lambda/account/preparation.ts': 1,
    'lambda/branch/descriptor.ts': 1,
    'lambda/branch/errors.ts': 9,
    'lambda/branch/lifecycle.ts': 1,
    'lambda/branch/repository-lifecycle.ts': 1,
    'lambda/branch/start.ts': 1,
    'lambda/cloudformation/errors.ts': 4,
    'lambda/cloudformation/lifecycle.ts': 1,
    'lambda/cloudformation/roles.ts': 1,
    'lambda/cloudformation/stack-deployer.ts': 3,
    'lambda/entry/response.ts': 1,
    'lambda/pipeline/environments.ts': 1,
    'lambda/registry/request.ts': 1,
    'lambda/shared/serve.ts': 2,
    'lambda/stack/asset-errors.ts': 2,
    'lambda/transit/lifecycle.ts': 3,
    'docs/troubleshooting.md': 5,
    'README.md': 1,
  },
  'the function has the configuration of another version, which a deployment of this version changes': {
    'lambda/entry/entry.ts': 1,
    'lambda/registry/table.ts': 1,
    'lambda/account/management.ts': 1,
    'lambda/account/pool/aws.ts': 1,
  },
  'the text that is replaced': {
    'lambda/shared/advice.ts': 4,
  },
  'the deployment has failed, or creates the stack that was deleted': {
    'docs/break-glass.md': 2,
  },
  'the request has failed, and the user has removed the cause': {
    'docs/recovery.md': 3,
  },
};

const ADVICE = /deploy (?:[\w'-]+ ){0,8}again|redeploy(?:ing)? (?:it|to)|deploy (?:the app that|its \w+)/i;

/** Strings that are continued on the next line are joined, so that an advice is in one line. */
function linesOf(file: string): readonly string[] {
  return readFileSync(join(ROOT, file), 'utf8').replace(/['"`]\s*\n\s*\+ ['"`]/g, '').split('\n');
}

/** How often each file advises to deploy again, without comments. */
function advice(): Record<string, number> {
  const files = ['lambda', 'src', 'cli', 'docs'].flatMap(folder =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map(name => `${folder}/${name}`),
  );
  const texts = [...files, 'README.md'].filter(name => /\.(ts|md)$/.test(name) && !name.startsWith('docs/decisions/'));
  return Object.fromEntries(texts.map(name => [name, linesOf(name).filter(line =>
    ADVICE.test(line) && !/^\s*(\/\/|\*|\/\*\*)/.test(line) && !/org-environments reconcile/.test(line),
  ).length] as const).filter(([, count]) => count > 0));
}

test('every text that advises to deploy again is true, or names the command that reconciles', () => {
  expect(advice()).toEqual(Object.assign({}, ...Object.values(TRUE_BECAUSE)));
});
