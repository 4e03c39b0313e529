import { LIVE_NAME, LIVE_SIDES, TRAFFIC_PARAMETER } from './apps';
import type { LiveKind, World } from './damage';
import { blueGreenKey } from '../../lambda/registry/blue-green';
import { environmentKey } from '../../lambda/registry/environment';
import type { EnvironmentRecord } from '../../lambda/registry/environment';
import { releaseKey } from '../../lambda/registry/release';
import type { ReleaseRecord } from '../../lambda/registry/release';
import type { Item } from '../../rehearsal/services/dynamodb/expressions';
import { SIDES } from '../../src/blue-green/contract';
import type { SideName } from '../../src/blue-green/contract';
import type { OperationResponse, ReleaseRequest } from '../../src/operations/contract';
import { NAMES } from '../../src/private/contract';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';

const PLACE = [CICD_ACCOUNT, REGION, TRAFFIC_PARAMETER] as const;
const BY = `arn:aws:iam::${CICD_ACCOUNT}:role/Operator`;
const OPERATIONS = `arn:aws:lambda:${REGION}:${CICD_ACCOUNT}:function:${NAMES.operationsFunction}`;

/** Longer than until the roles of a new stack can be assumed. */
const ROLE_SECONDS = 60;

/** Number of a change that no release has made. */
const FOREIGN_FENCE = 90;

/** The blue/green environment of an app: releases it, damages it, and compares its records with the traffic. */
export class Live {
  /** The side that a release has made the active one; undefined: nothing says which one it was. */
  private expected?: SideName;

  public constructor(private readonly world: World) {}

  /** Makes the other side than the declared one the active one. */
  public async release(): Promise<void> {
    await this.world.simulation.clock.sleep(ROLE_SECONDS);
    await this.operate({ operation: 'release', environmentName: LIVE_NAME, reference: 'main', by: BY });
    for (let looks = 0; looks < 200; looks++) {
      const { release } = await this.operate({ operation: 'describeRelease', environmentName: LIVE_NAME });
      if (release?.last?.outcome === 'succeeded') {
        this.expected = release.active;
        return;
      }
      if (release?.last) throw new Error(`the release has failed: ${release.last.failure}`);
      await this.world.simulation.clock.sleep(30);
    }
    throw new Error('the release has not ended');
  }

  /** Returns whether there was something to damage. */
  public damage(kind: LiveKind): boolean {
    const { ssm } = this.world.simulation;
    const change = this.releaseRecord?.change;
    switch (kind) {
      case 'traffic moved': {
        const active = SIDES.find(side => change?.shares[side] === 0);
        if (active) ssm.put(...PLACE, JSON.stringify({ active, fence: FOREIGN_FENCE }));
        return active !== undefined;
      }
      case 'traffic overwritten':
        if (change) ssm.put(...PLACE, 'green');
        return change !== undefined;
      case 'traffic deleted':
        if (!change) this.forgetRelease();
        return ssm.remove(...PLACE);
      case 'active side changed': {
        const other = SIDES.find(side => side !== this.environmentRecord?.active);
        return this.replaceRecord(environmentKey(LIVE_NAME), record => ({ ...record, active: other }));
      }
      case 'active side record deleted':
        return this.replaceRecord(environmentKey(LIVE_NAME), () => undefined);
      case 'release record deleted':
        // only the traffic says then which side serves
        if (this.serving !== this.expected) this.forgetRelease();
        return this.replaceRecord(releaseKey(LIVE_NAME), () => undefined);
      case 'blue/green record deleted':
        return this.replaceRecord(blueGreenKey(LIVE_NAME), () => undefined);
    }
  }

  /** What only a person can do: without a record of a release, a value that is not from a release is deleted. */
  public repairByHand(): void {
    const value = this.world.simulation.ssm.value(...PLACE);
    if (value !== undefined && activeIn(value) === undefined && !this.releaseRecord) {
      this.world.simulation.ssm.remove(...PLACE);
    }
  }

  /** How the records differ from the declaration and from the traffic. */
  public differences(): string[] {
    const { environmentRecord: environment, releaseRecord: release } = this;
    if (!environment) return [`the registry has no record of environment '${LIVE_NAME}'`];
    const value = this.world.simulation.ssm.value(...PLACE);
    const { serving } = this;
    const isRecorded = this.world.registry.some(({ pk }) => pk === blueGreenKey(LIVE_NAME));
    const isOther = serving !== undefined && environment.active !== serving;
    const isTrafficLost = serving === undefined && (release?.change !== undefined || value !== undefined);
    // a release that is recorded says which side serves
    const isMoved = release?.change !== undefined && this.expected !== undefined && serving !== this.expected;
    return [
      ...isRecorded ? [] : [`the registry has no record of the releases of '${LIVE_NAME}'`],
      ...isOther ? [`side ${environment.active} of '${LIVE_NAME}' is active, but side ${serving} has the traffic`] : [],
      ...isTrafficLost ? [`the traffic of '${LIVE_NAME}' is ${String(value)}`] : [],
      ...isMoved ? [`side ${String(serving)} of '${LIVE_NAME}' has the traffic, not ${this.expected}`] : [],
      ...this.sideDifferences(environment),
    ];
  }

  /** Nothing says which side was released, if the record of the release was lost and the traffic was moved. */
  public forgetRelease(): void {
    this.expected = undefined;
  }

  private sideDifferences({ sides }: EnvironmentRecord): string[] {
    return LIVE_SIDES.flatMap(({ side, email }) => {
      const { accountId } = this.world.simulation.organizations.accounts.find(other => other.email === email) ?? {};
      const recorded = sides[side]?.pipelines.map(pipeline => pipeline.accountId).join();
      if (accountId !== undefined && recorded === accountId) return [];
      return [`side ${side} of '${LIVE_NAME}' is in account ${recorded}, not in ${String(accountId)}`];
    });
  }

  private get serving(): SideName | undefined {
    return activeIn(this.world.simulation.ssm.value(...PLACE) ?? '');
  }

  private get environmentRecord(): EnvironmentRecord | undefined {
    return this.record<EnvironmentRecord>(environmentKey(LIVE_NAME));
  }

  private get releaseRecord(): ReleaseRecord | undefined {
    return this.record<ReleaseRecord>(releaseKey(LIVE_NAME));
  }

  private record<Stored>(key: string): Stored | undefined {
    return this.world.registry.find(({ pk }) => pk === key) as Stored | undefined;
  }

  /** @param change what replaces the record; undefined: it is deleted */
  private replaceRecord(key: string, change: (record: Item) => Item | undefined): boolean {
    const { tableName, registry, simulation: { tables } } = this.world;
    if (tableName === undefined || !registry.some(({ pk }) => pk === key)) return false;
    const items = tables.items(CICD_ACCOUNT, REGION, tableName)
      .flatMap((item): Item[] => [item.pk === key ? change(item) ?? [] : item].flat());
    tables.restore(CICD_ACCOUNT, REGION, tableName, items);
    return true;
  }

  private async operate(request: ReleaseRequest): Promise<OperationResponse<never>> {
    const { failed, payload } = await this.world.simulation.lambda.invoke(OPERATIONS, request);
    if (failed) throw new Error(payload);
    return JSON.parse(payload) as OperationResponse<never>;
  }
}

function activeIn(value: string): SideName | undefined {
  return SIDES.find(side => value.startsWith(`{"active":"${side}"`));
}
