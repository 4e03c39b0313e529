import { isDeepStrictEqual } from 'node:util';
import type { Change as RecordChange, ResourceRecordSet } from '@aws-sdk/client-route-53';
import { ConcurrentChangeError, isMade, isSame, sharesOf, untilUncontended } from './changes';
import type { Change } from './changes';
import { digestOf, inText, markIn, markRecord, normalized, sideOf, weightedRecords } from './records';
import { checkedShares, TrafficTakenError } from './traffic';
import type { Endpoints, Shares, Traffic, TrafficReading } from './traffic';
import type { Route53TrafficRequest } from '../../src/blue-green/contract';
import { fenceRecordName, SIDES } from '../../src/blue-green/contract';

/** The records of a hosted zone. */
export interface ZoneRecords {
  /** The records of exactly this name. */
  named(recordName: string): Promise<readonly ResourceRecordSet[]>;
  /**
   * Makes all changes or none, and returns the id of the change.
   * @throws ConcurrentChangeError if a record to delete is not as given, or one to create exists
   */
  change(changes: readonly RecordChange[]): Promise<string>;
  /** Whether all servers of Route 53 have the change. */
  isInSync(changeId: string): Promise<boolean>;
}

interface Snapshot {
  readonly records: readonly ResourceRecordSet[];
  readonly mark: ResourceRecordSet | undefined;
}

interface State {
  readonly shares?: Shares;
  readonly fence: number;
  /** The records that a change replaces, exactly as they are. */
  readonly replaced: readonly ResourceRecordSet[];
}

/** Types of records that decide where the traffic of a name goes to. */
const ROUTING_TYPES: readonly string[] = ['A', 'AAAA', 'CNAME', 'HTTPS', 'SVCB'];

/**
 * Weighted records and, in the same zone, a record with the fence. A change deletes all of them exactly as they were
 * read and creates new ones, in one batch: Route 53 rejects it if anyone has changed one of them.
 */
export class Route53Traffic implements Traffic {
  private readonly name: string;
  private readonly markName: string;

  public constructor(
    private readonly request: Omit<Route53TrafficRequest, 'blue' | 'green'>,
    private readonly zone: ZoneRecords,
  ) {
    this.name = request.recordName;
    this.markName = fenceRecordName(this.name);
  }

  public async read(endpoints: Endpoints, changeId?: string): Promise<TrafficReading> {
    const [{ shares, fence }, isInEffect] = await Promise.all([
      untilUncontended(() => this.state(endpoints)),
      changeId !== undefined && this.zone.isInSync(changeId),
    ]);
    if (fence === 0) return { ...(shares && { shares }), fence, isInEffect: true };
    return { shares, fence, isInEffect };
  }

  public async write(shares: Shares, fence: number, endpoints: Endpoints): Promise<string> {
    return this.change({ shares, fence }, endpoints, async () => this.state(endpoints));
  }

  public async replace(shares: Shares, fence: number, endpoints: Endpoints): Promise<string> {
    return this.change({ shares, fence }, endpoints, async () => this.replaceableState(endpoints));
  }

  private async change({ shares, fence }: Change, endpoints: Endpoints, read: () => Promise<State>): Promise<string> {
    checkedShares(shares);
    return untilUncontended(async () => {
      const { replaced, ...current } = await read();
      // the same change is sent again, since it may have been stranded, and its id may have been lost
      isMade(current, { shares, fence }, `the record '${this.name}'`);
      const records = weightedRecords(this.request, shares, endpoints);
      return this.zone.change([
        ...replaced.map((record): RecordChange => ({ Action: 'DELETE', ResourceRecordSet: record })),
        ...[...records, markRecord(this.request, fence, shares, records)].map(
          (record): RecordChange => ({ Action: 'CREATE', ResourceRecordSet: record }),
        ),
      ]);
    });
  }

  /** A change between the two reads makes records look as if someone else had changed them: they are read again. */
  private async state(endpoints: Endpoints): Promise<State> {
    const found = await this.snapshot();
    try {
      return this.stateOf(found, endpoints);
    } catch (error) {
      if (isDeepStrictEqual(found, await this.snapshot())) throw error;
      throw new ConcurrentChangeError(`the record '${this.name}'`);
    }
  }

  /** What someone else has changed is replaced: its shares do not matter, but a newer change stays. */
  private async replaceableState(endpoints: Endpoints): Promise<State> {
    const { records, mark } = await this.snapshot();
    try {
      return this.stateOf({ records, mark }, endpoints);
    } catch (error) {
      if (!(error instanceof TrafficTakenError) || !error.isReplaceable) throw error;
      return { fence: (mark && markIn(mark))?.fence ?? 0, replaced: [...records, ...mark ? [mark] : []] };
    }
  }

  private async snapshot(): Promise<Snapshot> {
    const [named, [mark]] = await Promise.all([this.zone.named(this.name), this.zone.named(this.markName)]);
    return { records: named.filter(({ Type: type = '' }) => ROUTING_TYPES.includes(type)), mark };
  }

  private stateOf({ records, mark }: Snapshot, endpoints: Endpoints): State {
    const others = records.filter(({ Type: type }) => !this.request.recordTypes.some(own => own === type));
    if (others.length > 0) this.rejectOthers(others);
    return mark ? this.markedState(records, mark) : this.unmarkedState(records, endpoints);
  }

  private markedState(records: readonly ResourceRecordSet[], record: ResourceRecordSet): State {
    const mark = markIn(record);
    if (mark === undefined) {
      throw new TrafficTakenError(
        `the record '${this.markName}' (${inText(record)}) is not from a release: someone else has changed it; delete `
          + 'it, then try again',
      );
    }
    if (digestOf(records) !== mark.digest) {
      throw new TrafficTakenError(
        `someone else has changed the record '${this.name}' since change ${mark.fence}, which has set it to blue `
          + `${mark.shares.blue} %, green ${mark.shares.green} %; now it is: ${listed(records)}: undo that, or delete `
          + `the record '${this.markName}' to accept it, then try again`,
      );
    }
    return { shares: mark.shares, fence: mark.fence, replaced: [...records, record] };
  }

  /** Records that point to the sides are taken over, so that the name of a side that exists needs no interruption. */
  private unmarkedState(records: readonly ResourceRecordSet[], endpoints: Endpoints): State {
    if (records.length === 0) return { fence: 0, replaced: [] };
    const found = this.request.recordTypes.map(own =>
      sharesOfType(records.filter(({ Type: type }) => type === own), endpoints),
    );
    const [shares] = found;
    if (shares === undefined || found.some(other => other === undefined || !isSame(other, shares))) {
      const described = SIDES.flatMap(side => {
        const { address } = endpoints[side] ?? {};
        return address === undefined ? [] : `${side} '${normalized(address)}'`;
      });
      const targets = described.join(' and ');
      throw new TrafficTakenError(
        `the record '${this.name}' exists and is not from a release: ${listed(records)}: delete it, choose another `
          + `name, or let it point to the side that is active (${targets}), then try again`,
      );
    }
    return { shares, fence: 0, replaced: records };
  }

  private rejectOthers(others: readonly ResourceRecordSet[]): never {
    const types = this.request.recordTypes.join(' and ');
    throw new TrafficTakenError(
      `the name '${this.name}' has records of other types than ${types}, through which traffic would reach one side `
        + `only: ${listed(others)}: delete them, then try again`,
      false,
    );
  }
}

/** Shares of the records of one type without a mark; undefined: they do not point to the sides alone. */
function sharesOfType(records: readonly ResourceRecordSet[], endpoints: Endpoints): Shares | undefined {
  const weights = { blue: 0, green: 0 };
  for (const record of records) {
    const side = sideOf(record, endpoints);
    const isSimple = records.length === 1 && record.SetIdentifier === undefined;
    if (side === undefined || (!isSimple && record.Weight === undefined)) return undefined;
    weights[side] += isSimple ? 1 : (record.Weight ?? 0);
  }
  return sharesOf(weights);
}

function listed(records: readonly ResourceRecordSet[]): string {
  return records.length === 0 ? 'there are none' : records.map(inText).join('; ');
}
