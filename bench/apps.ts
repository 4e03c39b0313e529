import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-codecommit';
import {
  Account, AccountPipelineBranch, Organization, OrganizationAccess, OrganizationAccessRole, Source,
} from 'cdk-org-environments';

export const MANAGEMENT = { account: '999999999999', region: 'eu-west-1' };
export const CICD = { account: '222222222222', region: 'eu-west-1' };
const ORGANIZATION_ID = 'o-exampleorgid';
/** With indentation, a template with about 95 environments has the maximum of 1 MB. */
const CONTEXT = { '@aws-cdk/core:suppressTemplateIndentation': true };

export interface Environments {
  /** Number of the first environment. Names and e-mail addresses contain the numbers. Default: 0. */
  readonly from?: number;
  readonly count: number;
  /** Whether to define only the accounts, without branches and pipelines. Default: false. */
  readonly accountsOnly?: boolean;
}

export type Define = (app: App) => void;

/**
 * Returns an app with this library: a management stack, and a CICD stack for each group of environments. The first CICD
 * stack defines the organization, the others import it.
 */
export function ours(...groups: readonly Environments[]): Define {
  return app => {
    const management = new Stack(app, 'Management', { env: MANAGEMENT });
    new OrganizationAccessRole(management, 'Access', { cicdAccountId: CICD.account, organizationId: ORGANIZATION_ID });
    let before = management;
    for (const [index, group] of groups.entries()) {
      const stack = new Stack(app, `Cicd${index}`, { env: CICD });
      stack.addStackDependency(before);
      defineEnvironments(stack, group, index === 0);
      before = stack;
    }
  };
}

function defineEnvironments(
  stack: Stack,
  { from = 0, count, accountsOnly = false }: Environments,
  isFirst: boolean,
): void {
  const access = OrganizationAccess.role(`arn:aws:iam::${MANAGEMENT.account}:role/org-environments-access`);
  const organization = isFirst
    ? new Organization(stack, 'Organization', { organizationId: ORGANIZATION_ID, access })
    : Organization.fromParameterName(stack, 'Organization');
  const source = Source.codeCommit(Repository.fromRepositoryName(stack, 'Repository', 'shop'));
  for (let index = from; index < from + count; index++) {
    const account = new Account(stack, `Account${index}`, {
      organization,
      accountName: `shop-${index}`,
      email: `aws+shop-${index}@example.com`,
      organizationalUnit: 'Workloads/Test',
    });
    if (accountsOnly) continue;
    const branch = { source, branchName: `env/e${index}`, parentBranchName: 'main' };
    new AccountPipelineBranch(stack, `e${index}`, { organization, account, branch });
  }
}

/** Synthesizes an app into a temporary folder, which is deleted after use. */
export async function withAssembly<Result>(define: Define, use: (folder: string) => Promise<Result>): Promise<Result> {
  return withAssemblies(async synthesize => use(synthesize(define)));
}

/** Synthesizes several apps. Functions run from the folders of the assemblies, so all are deleted at the end. */
export async function withAssemblies<Result>(
  use: (synthesize: (define: Define) => string) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
  let count = 0;
  try {
    return await use(define => {
      const outdir = path.join(folder, `assembly-${count++}`);
      const app = new App({
        outdir, builtinCloudFormationValidation: false, analyticsReporting: false, context: CONTEXT,
      });
      define(app);
      app.synth();
      return outdir;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Returns the number of resources in the templates of an assembly whose file names match. */
export function countResources(folder: string, templates: RegExp): number {
  const files = readdirSync(folder).filter(name => templates.test(name));
  const counts = files.map(name => {
    const { Resources = {} } = JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
    return Object.keys(Resources).length;
  });
  return counts.reduce((sum, count) => sum + count, 0);
}
