import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import {
  BlueGreenEnvironment, OrganizationAccessRole, OrganizationalUnit, OrganizationFeature, Traffic,
} from '../../src';
import { SIDES } from '../../src/blue-green/contract';
import { CICD_ACCOUNT, Cicd, MANAGEMENT_ACCOUNT, ORGANIZATION_ID, quickApp, REGION } from '../fixtures/app';
import { replaceHandlers, leanHandlers } from '../fixtures/lean-handlers';

/**
 * What an environment declares. `plain` is the default, `name` to `branch` change one property, `renamed` changes the
 * construct ids, `moved` the account, `replaced` construct ids, account and branch; `guest` uses the account of the
 * other environment, `disabled` disables the pipeline, `kept` keeps the application.
 */
export const VARIANTS = [
  'plain', 'name', 'unit', 'tags', 'approval', 'parent', 'branch',
  'renamed', 'moved', 'replaced', 'guest', 'disabled', 'kept',
] as const;
export type Variant = typeof VARIANTS[number];

export const NAMES = ['one', 'two'] as const;

export const REPOSITORY = 'shop';

/** What an app contains beside its environments. */
export interface AppExtras {
  /** An organizational unit, for the account of environment `one`. */
  readonly unit?: true;
  /** A blue/green environment. */
  readonly live?: true;
}

/** The environments of an app; it does not contain one that is not listed. */
export type AppSpec = Readonly<Partial<Record<typeof NAMES[number], Variant>>> & AppExtras;

export const DECLARED_UNIT = 'Workloads/Team';

export const LIVE_NAME = 'live';
/** Parameter that divides the traffic of the blue/green environment. */
export const TRAFFIC_PARAMETER = '/shop/active';
export const LIVE_SIDES = SIDES.map(side => ({
  side, name: LIVE_NAME, email: `aws+shop-${LIVE_NAME}-${side}@example.com`, branchName: `env/${LIVE_NAME}-${side}`,
}));

/** Names an environment, or a side of one. */
export type Declared = Pick<EnvironmentSpec, 'name' | 'email' | 'branchName'>;

export function declaredIn(spec: AppSpec): readonly Declared[] {
  return [...environmentsOf(spec), ...spec.live ? LIVE_SIDES : []];
}

export interface EnvironmentSpec {
  readonly name: string;
  /** Construct id of its account, without the prefix. */
  readonly accountConstructId: string;
  readonly accountName: string;
  readonly email: string;
  readonly organizationalUnit: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly approval: boolean;
  /** Whether its pipeline accepts commits. */
  readonly enabled: boolean;
  /** Whether its application stacks are kept when the environment is removed. */
  readonly keepApplication: boolean;
  readonly parent: string;
  readonly branchName: string;
  /** Prefix of the construct ids. */
  readonly prefix: string;
}

export function environmentsOf(spec: AppSpec): EnvironmentSpec[] {
  return NAMES.flatMap(name => {
    const variant = spec[name];
    const accountConstructId = accountConstructIdOf(name, variant);
    return variant === undefined ? [] : [{
      name,
      accountConstructId,
      accountName: variant === 'name' ? `shop-${name}-new` : `shop-${accountConstructId}`,
      email: `aws+shop-${accountConstructId}@example.com`,
      organizationalUnit: unitOf(spec, name),
      tags: Object.fromEntries([variant === 'tags' ? ['team', 'shop'] : ['costs', '42']]),
      approval: variant === 'approval',
      enabled: variant !== 'disabled',
      keepApplication: variant === 'kept',
      parent: variant === 'parent' ? 'next' : 'main',
      branchName: variant === 'branch' || variant === 'replaced' ? `env/${name}-2` : `env/${name}`,
      prefix: variant === 'renamed' || variant === 'replaced' ? 'renamed-' : '',
    }];
  });
}

function unitOf({ unit, ...spec }: AppSpec, name: typeof NAMES[number]): string {
  if (spec[name] === 'unit') return 'Workloads/Prod';
  return unit && name === 'one' ? DECLARED_UNIT : 'Workloads/Test';
}

const ALL_ENVIRONMENTS = VARIANTS.flatMap(variant => NAMES.flatMap(name => environmentsOf({ [name]: variant })));

/** The e-mail addresses of all accounts that any app declares. */
export const EMAILS = [...new Set([...ALL_ENVIRONMENTS, ...LIVE_SIDES].map(({ email }) => email))];

function accountConstructIdOf(name: typeof NAMES[number], variant: Variant | undefined): string {
  if (variant === 'guest') return NAMES.find(other => other !== name) ?? name;
  return variant === 'moved' || variant === 'replaced' ? `${name}-2` : name;
}

/** Synthesized apps. Each is synthesized once and deployed by many runs. */
export class Apps {
  private readonly folder = mkdtempSync(join(tmpdir(), 'fault-apps-'));
  private readonly handlers = leanHandlers();
  private readonly assemblies = new Map<string, string>();

  /** @param registryName name of a restored registry */
  public assembly(spec: AppSpec, registryName?: string): string {
    const key = JSON.stringify([...NAMES.map(name => spec[name]), spec.unit, spec.live, registryName]);
    const known = this.assemblies.get(key);
    if (known) return known;
    const folder = join(this.folder, `assembly-${this.assemblies.size}`);
    synthesize(spec, folder, registryName);
    replaceHandlers(folder, this.handlers);
    this.assemblies.set(key, folder);
    return folder;
  }

  public remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function synthesize(spec: AppSpec, outdir: string, registryName?: string): void {
  const app = quickApp({ outdir });
  const management = new Stack(app, 'Management', { env: { account: MANAGEMENT_ACCOUNT, region: REGION } });
  new OrganizationAccessRole(management, 'Access', {
    cicdAccountId: CICD_ACCOUNT,
    organizationId: ORGANIZATION_ID,
    features: spec.unit && [OrganizationFeature.ORGANIZATIONAL_UNITS],
  });
  const cicd = new Cicd(app, { registryName });
  cicd.stack.addStackDependency(management);
  const [parent, unitName] = DECLARED_UNIT.split('/');
  const unit = spec.unit
    && new OrganizationalUnit(cicd.stack, 'Unit', { organization: cicd.organization, parent, unitName });
  if (spec.live) addLive(cicd);
  for (const environment of environmentsOf(spec)) {
    const { name, accountConstructId, prefix, accountName, email, organizationalUnit, tags } = environment;
    const { approval, enabled, keepApplication, parent: parentBranchName, branchName } = environment;
    const account = cicd.account(`${prefix}${accountConstructId}`, {
      accountName,
      email,
      organizationalUnit: unit && organizationalUnit === DECLARED_UNIT ? unit.path : organizationalUnit,
      accountTags: { ...tags },
    });
    cicd.environment(`${prefix}${name}`, {
      account,
      environmentName: name,
      branch: { source: cicd.source, branchName, parentBranchName },
      pipeline: { approval, enabled, keepApplication },
    });
  }
  app.synth();
}

function addLive(cicd: Cicd): void {
  new BlueGreenEnvironment(cicd.stack, LIVE_NAME, {
    organization: cicd.organization,
    source: cicd.source,
    blue: { account: cicd.account(`${LIVE_NAME}-blue`) },
    green: { account: cicd.account(`${LIVE_NAME}-green`) },
    traffic: Traffic.parameter({ parameterName: TRAFFIC_PARAMETER }),
  });
}
