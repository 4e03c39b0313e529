import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { OrganizationAccessRole } from '../../src';
import { CICD_ACCOUNT, Cicd, MANAGEMENT_ACCOUNT, ORGANIZATION_ID, quickApp, REGION } from '../fixtures/app';
import { exchangeHandlers, leanHandlers } from '../fixtures/lean-handlers';

/** How an environment differs from what it was first declared to be. */
export const VARIANTS = ['plain', 'name', 'unit', 'tags', 'approval', 'parent', 'branch', 'renamed', 'moved', 'anew', 'guest', 'frozen', 'kept'] as const;
export type Variant = typeof VARIANTS[number];

export const NAMES = ['one', 'two'] as const;

/** The environments of an app; one that is not named is not there. */
export type AppSpec = Readonly<Partial<Record<typeof NAMES[number], Variant>>>;

export interface EnvironmentSpec {
  readonly name: string;
  /** By which its account is known in the app. */
  readonly home: string;
  readonly accountName: string;
  readonly email: string;
  readonly organizationalUnit: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly approval: boolean;
  /** Whether commits go through. */
  readonly enabled: boolean;
  /** Whether its applications stay when it goes. */
  readonly keepApplication: boolean;
  readonly parent: string;
  readonly branchName: string;
  /** Prefix of the construct ids. */
  readonly prefix: string;
}

export function environmentsOf(spec: AppSpec): EnvironmentSpec[] {
  return NAMES.flatMap(name => {
    const variant = spec[name];
    const home = homeOf(name, variant);
    return variant === undefined ? [] : [{
      name,
      home,
      accountName: variant === 'name' ? `shop-${name}-new` : `shop-${home}`,
      email: `aws+shop-${home}@example.com`,
      organizationalUnit: variant === 'unit' ? 'Workloads/Prod' : 'Workloads/Test',
      tags: Object.fromEntries([variant === 'tags' ? ['team', 'shop'] : ['costs', '42']]),
      approval: variant === 'approval',
      enabled: variant !== 'frozen',
      keepApplication: variant === 'kept',
      parent: variant === 'parent' ? 'next' : 'main',
      branchName: variant === 'branch' || variant === 'anew' ? `env/${name}-2` : `env/${name}`,
      prefix: variant === 'renamed' || variant === 'anew' ? 'renamed-' : '',
    }];
  });
}

/** Of all accounts that any app declares. */
export const EMAILS = [...new Set(VARIANTS.flatMap(variant => NAMES.flatMap(name => environmentsOf({ [name]: variant }))).map(({ email }) => email))];

/** The guest comes into the account of the other one. */
function homeOf(name: typeof NAMES[number], variant: Variant | undefined): string {
  if (variant === 'guest') return NAMES.find(other => other !== name) ?? name;
  return variant === 'moved' || variant === 'anew' ? `${name}-2` : name;
}

/** Synthesized apps: each is made once, however many runs deploy it. */
export class Apps {
  private readonly folder = mkdtempSync(join(tmpdir(), 'fault-apps-'));
  private readonly handlers = leanHandlers();
  private readonly made = new Map<string, string>();

  public assembly(spec: AppSpec): string {
    const key = JSON.stringify(NAMES.map(name => spec[name]));
    const known = this.made.get(key);
    if (known) return known;
    const folder = join(this.folder, `assembly-${this.made.size}`);
    synthesize(spec, folder);
    exchangeHandlers(folder, this.handlers);
    this.made.set(key, folder);
    return folder;
  }

  public remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function synthesize(spec: AppSpec, outdir: string): void {
  const app = quickApp({ outdir });
  const management = new Stack(app, 'Management', { env: { account: MANAGEMENT_ACCOUNT, region: REGION } });
  new OrganizationAccessRole(management, 'Access', { cicdAccountId: CICD_ACCOUNT, organizationId: ORGANIZATION_ID });
  const cicd = new Cicd(app);
  cicd.stack.addStackDependency(management);
  for (const environment of environmentsOf(spec)) {
    const { name, home, prefix, accountName, email, organizationalUnit, tags, approval, enabled, keepApplication, parent, branchName } = environment;
    const account = cicd.account(`${prefix}${home}`, { accountName, email, organizationalUnit, accountTags: { ...tags } });
    cicd.environment(`${prefix}${name}`, {
      account, environmentName: name, branch: { source: cicd.source, branchName, parentBranchName: parent }, pipeline: { approval, enabled, keepApplication },
    });
  }
  app.synth();
}
