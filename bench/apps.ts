import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-codecommit';
import { Account, AccountPipelineBranch, Organization, OrganizationAccess, OrganizationAccessRole, Source } from 'cdk-org-environments';

export const MANAGEMENT = { account: '999999999999', region: 'eu-west-1' };
export const CICD = { account: '222222222222', region: 'eu-west-1' };
const ORGANIZATION_ID = 'o-exampleorgid';

export interface Environments {
  /** Number of the first; names and e-mails are made of the numbers. */
  readonly from?: number;
  readonly count: number;
  /** Only the accounts, without branches and pipelines. */
  readonly accountsOnly?: boolean;
}

export type Define = (app: App) => void;

/** Ours: the management stack, and one CICD stack for each of the groups; the first one defines the organization, the others import it. */
export function ours(...groups: readonly Environments[]): Define {
  return app => {
    const management = new Stack(app, 'Management', { env: MANAGEMENT });
    new OrganizationAccessRole(management, 'Access', { cicdAccountId: CICD.account, organizationId: ORGANIZATION_ID });
    let before = management;
    for (const [index, group] of groups.entries()) {
      const stack = new Stack(app, `Cicd${index}`, { env: CICD });
      stack.addStackDependency(before);
      vend(stack, group, index === 0);
      before = stack;
    }
  };
}

function vend(stack: Stack, { from = 0, count, accountsOnly = false }: Environments, defines: boolean): void {
  const access = OrganizationAccess.role(`arn:aws:iam::${MANAGEMENT.account}:role/org-environments-access`);
  const organization = defines
    ? new Organization(stack, 'Organization', { organizationId: ORGANIZATION_ID, access })
    : Organization.fromParameterName(stack, 'Organization');
  const source = Source.codeCommit(Repository.fromRepositoryName(stack, 'Repository', 'shop'));
  for (let index = from; index < from + count; index++) {
    const account = new Account(stack, `Account${index}`, {
      organization, accountName: `shop-${index}`, email: `aws+shop-${index}@example.com`, organizationalUnit: 'Workloads/Test',
    });
    if (accountsOnly) continue;
    new AccountPipelineBranch(stack, `e${index}`, { organization, account, branch: { source, branchName: `env/e${index}`, parentBranchName: 'main' } });
  }
}

/** Synthesizes into a folder of its own, hands it on, and takes it away again. */
export async function withAssembly<Result>(define: Define, use: (folder: string) => Promise<Result>): Promise<Result> {
  return withAssemblies(async synthesize => use(synthesize(define)));
}

/** Synthesizes as often as is wanted; functions run from the folders of their assemblies, so all are kept until the end. */
export async function withAssemblies<Result>(use: (synthesize: (define: Define) => string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
  let count = 0;
  try {
    return await use(define => {
      const outdir = path.join(folder, `assembly-${count++}`);
      const app = new App({ outdir, builtinCloudFormationValidation: false, analyticsReporting: false });
      define(app);
      app.synth();
      return outdir;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** How many resources some templates of an assembly declare. */
export function countResources(folder: string, templates: RegExp): number {
  return readdirSync(folder).filter(name => templates.test(name))
    .reduce((sum, name) => sum + Object.keys(JSON.parse(readFileSync(path.join(folder, name), 'utf8')).Resources ?? {}).length, 0);
}
