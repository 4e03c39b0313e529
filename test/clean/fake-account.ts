import { keyOf } from '../../lambda/clean/model';
import type { ListTarget, Resource, StackPlan } from '../../lambda/clean/model';
import type {
  CleanableType, Cleaner, Deletion, Finding, Inspection, Listing, Stack, StackResource, Stacks, Stops, Trail,
  TrailEvent, TrailPage,
} from '../../lambda/clean/ports';

/** A resource and how it behaves. */
export interface Planted extends Omit<Resource, 'cleaner'> {
  readonly cleaner?: string;
  /** Ids of resources that must be deleted before. */
  readonly after?: readonly string[];
  /** Seconds that its deletion takes. */
  readonly slow?: number;
  /** Whether its deletion starts, and fails later, while something else must be deleted before. */
  readonly failsLater?: true;
  /** What prevents its deletion: a protection that can be turned off, or one that cannot. */
  readonly lock?: 'protection' | 'for good';
  /** A lock that ends at this date. */
  readonly until?: string;
  readonly managedBy?: string;
  /** Throttled calls until the first one succeeds. */
  readonly throttled?: number;
  /** The resource that it creates again after a minute, until it is stopped or deleted. */
  readonly creates?: Planted;
  /** Whether neither list nor description show its tags. */
  readonly hidesTags?: true;
  /** Found by the tagging API. */
  readonly isTagged?: true;
}

export interface FakeStack {
  readonly stackName: string;
  readonly region: string;
  readonly status?: string;
  readonly isProtected?: boolean;
  readonly parentId?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly imports?: readonly string[];
  /** Resources by id, and whether they are retained. */
  readonly resources: readonly { readonly id: string; readonly isRetained?: true; readonly type?: string }[];
  /** A deletion that fails this often. */
  readonly fails?: number;
}

interface LiveStack extends FakeStack {
  isProtected?: boolean;
  status: string;
  failures: number;
  statuses: Record<string, string>;
  endsAt?: number;
  retains?: boolean;
}

const MAIN = 'us-east-1';

/** An account with resources, in which time passes only by `pass`. */
export class FakeAccount {
  public time = Date.parse('2026-11-01T00:00:00Z');
  public regions: readonly string[] = [MAIN, 'eu-west-1', 'eu-central-1'];
  public readonly types = new Map<string, CleanableType>();
  public readonly resources = new Map<string, Planted>();
  public readonly live = new Map<string, LiveStack>();
  public readonly events = new Map<string, TrailEvent[]>();
  public readonly defaultIds = new Map<string, string[]>();
  /** Services that have caused costs. */
  public costs: Finding[] = [];
  /** Types whose lists fail, and how. */
  public readonly unlisted = new Map<string, Extract<Listing, { readonly unlisted: string }>>();
  /** The time from which costs were read last. */
  public costsSince?: number;
  /** Number of calls by kind. */
  public readonly calls: Record<string, number> = {};
  /** Called before anything is changed. */
  public onChange?: (kind: 'stop' | 'stack' | 'resource', key: string) => void;

  public readonly stacks: Stacks = {
    list: async region => {
      this.count('stacks');
      return this.stacksIn(region).filter(({ status }) => status !== 'DELETE_COMPLETE');
    },
    deleted: async region => {
      this.count('stacks');
      return this.stacksIn(region).filter(({ status }) => status === 'DELETE_COMPLETE');
    },
    resources: async stack => {
      this.count('stacks');
      return this.resourcesOf(stack);
    },
    importers: async region => {
      this.count('stacks');
      const present = [...this.live.values()].filter(one => one.region === region && one.status !== 'DELETE_COMPLETE');
      return new Map(present.map(({ stackName }) => [
        stackName, present.filter(({ imports = [] }) => imports.includes(stackName)).map(one => one.stackName),
      ]));
    },
    unprotect: async stack => {
      this.stackOf(stack).isProtected = false;
    },
    delete: async stack => this.startDeletion(stack, false),
    deleteRetaining: async stack => this.startDeletion(stack, true),
  };

  public readonly stops: Stops = {
    types: ['AWS::AutoScaling::AutoScalingGroup', 'AWS::ECS::Service', 'AWS::Events::Rule', 'AWS::Scheduler::Schedule'],
    list: async (region, type) => [...this.resources.values()]
      .filter(one => one.type === type && one.region === region)
      .map(one => ({ ...one, cleaner: 'stops' })),
    stop: async resource => {
      this.onChange?.('stop', keyOf(resource));
      this.stopped.add(keyOf(resource));
    },
  };

  public readonly trail: Trail = {
    events: async (region, _since, page = '0'): Promise<TrailPage> => {
      this.count('trail');
      const all = this.events.get(region) ?? [];
      const from = Number(page);
      return { events: all.slice(from, from + 50), ...(all.length > from + 50 && { next: String(from + 50) }) };
    },
  };

  public readonly inspection: Inspection = {
    regions: async () => this.regions,
    tagged: async (region, tagKey) => [...this.resources.values()]
      // the tagging API does not know roles
      .filter(one => one.region === region && one.tags?.[tagKey] !== undefined && one.type !== 'AWS::IAM::Role')
      .map(arnOf),
    defaults: async region => this.defaultIds.get(region) ?? [],
    look: async region => [...this.resources.values()]
      .filter(one => one.region === region && (one.isTagged || isCostly(one)))
      .map(({ type, id, arn }) => ({ type, region, id, ...(arn !== undefined && { arn }), by: 'services' as const })),
    costs: async since => {
      this.costsSince = since;
      return this.costs;
    },
  };

  private readonly running = new Map<string, number>();
  private readonly unlocked = new Set<string>();
  private readonly throttles = new Map<string, number>();
  private readonly stopped = new Set<string>();
  private readonly absentSince = new Map<string, number>();

  public constructor(types: readonly (string | CleanableType)[] = []) {
    for (const type of types) this.know(type);
  }

  public know(type: string | CleanableType): void {
    const known = typeof type === 'string' ? { type, cleaner: 'cloudcontrol', isGlobal: false } : type;
    this.types.set(known.type, known);
  }

  /** Adds a resource, and the event of its creation. */
  public plant(resource: Planted, isSeen = true): string {
    this.resources.set(keyOf(resource), resource);
    if (isSeen) this.see(resource.region, resource.type);
    return keyOf(resource);
  }

  public see(region: string, type: string): void {
    const [, service = '', name = ''] = type.split('::');
    const event = { source: `${service.toLowerCase()}.amazonaws.com`, name: `Create${name}`, types: [type] };
    this.events.set(region, [...this.events.get(region) ?? [], event]);
  }

  public deploy(stack: FakeStack): void {
    const status = stack.status ?? 'CREATE_COMPLETE';
    this.live.set(idOf(stack), { ...stack, status, failures: 0, statuses: {} });
  }

  public pass(seconds: number): void {
    this.time += seconds * 1000;
    for (const [key, end] of this.running) {
      if (end > this.time) continue;
      this.running.delete(key);
      this.resources.delete(key);
    }
    for (const stack of this.live.values()) if (stack.endsAt !== undefined) this.endDeletion(stack);
    for (const [key, { creates }] of this.resources) if (creates) this.createAgain(key, creates);
  }

  private createAgain(creator: string, created: Planted): void {
    const key = keyOf(created);
    if (this.resources.has(key)) this.absentSince.delete(key);
    if (this.resources.has(key) || this.stopped.has(creator)) return;
    const since = this.absentSince.get(key) ?? this.time;
    this.absentSince.set(key, since);
    if (this.time - since >= 60_000) this.plant(created, false);
  }

  private endDeletion(stack: LiveStack): void {
    if ((stack.endsAt ?? 0) > this.time) return;
    stack.endsAt = undefined;
    const isRetained = ({ id, isRetained: isKept }: FakeStack['resources'][number]) =>
      isKept === true || (stack.retains === true && this.find(id, stack.region)?.lock !== undefined);
    const fails = stack.failures < (stack.fails ?? 0) && stack.retains !== true;
    const locked = stack.resources.some(one => !isRetained(one) && this.find(one.id, stack.region)?.lock);
    if (fails || locked) {
      stack.failures++;
      stack.status = 'DELETE_FAILED';
      return;
    }
    for (const one of stack.resources) {
      stack.statuses[one.id] = isRetained(one) ? 'DELETE_SKIPPED' : 'DELETE_COMPLETE';
      const resource = this.find(one.id, stack.region);
      if (resource && !isRetained(one)) this.resources.delete(keyOf(resource));
    }
    stack.status = 'DELETE_COMPLETE';
  }

  private find(id: string, region: string): Planted | undefined {
    return [...this.resources.values()].find(one => one.id === id && one.region === region);
  }

  private count(kind: string): void {
    this.calls[kind] = (this.calls[kind] ?? 0) + 1;
  }

  private stacksIn(region: string): readonly Stack[] {
    return [...this.live.values()].filter(one => one.region === region).map(one => ({
      stackId: idOf(one),
      stackName: one.stackName,
      region,
      status: one.status,
      isProtected: one.isProtected === true,
      ...(one.parentId !== undefined && { parentId: one.parentId }),
      tags: one.tags ?? {},
    }));
  }

  private resourcesOf(plan: StackPlan): readonly StackResource[] {
    const stack = this.stackOf(plan);
    return stack.resources.map(({ id, type = this.find(id, stack.region)?.type ?? 'Custom::Missing' }) => ({
      type, id, status: stack.statuses[id] ?? 'CREATE_COMPLETE',
    }));
  }

  private stackOf({ stackId }: StackPlan): LiveStack {
    const stack = this.live.get(stackId);
    if (!stack) throw new Error(`there is no stack ${stackId}`);
    return stack;
  }

  private startDeletion(plan: StackPlan, retains: boolean): void {
    this.onChange?.('stack', plan.stackId);
    const stack = this.stackOf(plan);
    if (stack.isProtected) throw new Error(`stack ${stack.stackName} is protected`);
    const importer = [...this.live.values()].find(({ region, status, imports = [] }) =>
      region === stack.region && status !== 'DELETE_COMPLETE' && imports.includes(stack.stackName));
    if (importer) throw new Error(`stack ${importer.stackName} imports exports of ${stack.stackName}`);
    if (retains && stack.status !== 'DELETE_FAILED') throw new Error(`stack ${stack.stackName} has not failed`);
    if (stack.status === 'DELETE_COMPLETE' || stack.endsAt !== undefined) return;
    Object.assign(stack, { status: 'DELETE_IN_PROGRESS', endsAt: this.time + 60_000, retains });
    for (const nested of this.live.values()) {
      if (nested.parentId === stack.parentId || nested.parentId !== plan.stackId) continue;
      Object.assign(nested, { status: 'DELETE_IN_PROGRESS', endsAt: this.time + 50_000, retains });
    }
  }

  /** The cleaner of a name; all know their own types only. */
  public cleaner(name: string): Cleaner {
    return {
      name,
      list: async target => this.listOf(name, target),
      delete: async resource => this.deleteOne(resource),
      status: async resource => this.statusOf(resource),
      unlock: async resource => {
        const known = this.resources.get(keyOf(resource));
        if (known?.lock === 'protection') this.unlocked.add(keyOf(resource));
        return known?.lock === 'protection';
      },
      tags: async resource => {
        const known = this.resources.get(keyOf(resource));
        return known && (known.hidesTags ? {} : known.tags ?? {});
      },
    };
  }

  private listOf(name: string, { type, region, parent }: ListTarget): Listing {
    this.count('list');
    const known = this.types.get(type);
    const unlisted = this.unlisted.get(type);
    if (unlisted) return unlisted;
    if (known?.cleaner !== name) return { unlisted: 'UnsupportedActionException' };
    const found = [...this.resources.values()].filter(one => one.type === type
      && (known.isGlobal || one.region === region)
      && (parent === undefined || one.facts?.parent === parent.id));
    return { resources: found.map(({ tags: _, ...one }) => ({ ...one, cleaner: name })) };
  }

  private deleteOne(resource: Resource): Deletion {
    const key = keyOf(resource);
    this.onChange?.('resource', key);
    const known = this.resources.get(key);
    if (!known) return { state: 'deleted' };
    if (this.running.has(key)) return { state: 'running', request: key };
    const { throttled = 0 } = known;
    const throttles = this.throttles.get(key) ?? 0;
    if (throttles < throttled) {
      this.throttles.set(key, throttles + 1);
      throw Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
    }
    const failure = this.failureOf(known);
    if (failure && known.failsLater) return { state: 'running', request: key };
    if (failure) return { state: 'failed', failure };
    if (known.slow === undefined) {
      this.resources.delete(key);
      return { state: 'deleted' };
    }
    this.running.set(key, this.time + known.slow * 1000);
    return { state: 'running', request: key };
  }

  private failureOf(known: Planted) {
    const { managedBy, lock, until, after = [], region } = known;
    if (managedBy !== undefined) return { code: 'GeneralServiceException', message: `it is managed by ${managedBy}` };
    if (until !== undefined) return { code: 'AccessDenied', message: `Object Lock: retained until ${until}` };
    if (lock === 'for good' || (lock && !this.unlocked.has(keyOf(known)))) {
      return { code: 'InvalidRequest', message: 'deletion protection is on' };
    }
    const blocker = after.find(id => this.find(id, region));
    return blocker && { code: 'DependencyViolation', message: `${blocker} depends on it` };
  }

  private statusOf(resource: Resource): Deletion {
    const key = keyOf(resource);
    const known = this.resources.get(key);
    if (!known) return { state: 'deleted' };
    const failure = known.failsLater && this.failureOf(known);
    if (failure) return { state: 'failed', failure };
    return this.running.has(key) ? { state: 'running', request: key } : this.deleteOne(resource);
  }

}

export function idOf({ stackName, region }: Pick<FakeStack, 'stackName' | 'region'>): string {
  return `arn:aws:cloudformation:${region}:333333333333:stack/${stackName}/1`;
}

export function arnOf({ type, region, id }: Planted): string {
  const [, service = '', name = ''] = type.split('::');
  return `arn:aws:${service.toLowerCase()}:${region}:333333333333:${name.toLowerCase()}/${id}`;
}

/** Types that services show because they cost money. */
const COSTLY = /^AWS::(EC2::(Instance|Volume|NatGateway|EIP|Snapshot)|RDS::DBInstance|Secret::Bill)$/;

function isCostly({ type }: Planted): boolean {
  return COSTLY.test(type);
}
