import { Applications } from './applications';
import type { Accounts } from './aws';
import type { Leases } from './lease';
import type { Turns } from './turns';
import type { Home } from './words';
import { isDenied } from './words';
import type { Registry, Versioned } from '../registry/registry';
import { stackKey as keyOf } from '../registry/stack';
import type { StackPlace, StackRecord } from '../registry/stack';
import { isNamed } from '../shared/errors';

type Read = Versioned<StackRecord>;

interface Leaving {
  /** Whether applications go with their pipeline. */
  readonly mayDelete: () => Promise<boolean>;
  /** Called when the pipeline has been stopped. */
  readonly atRest: () => Promise<void>;
}

/** What goes before the stack of a pipeline does: first the pipeline stops, then its applications go, then its artifacts. */
export class Departure {
  private readonly applications: Applications;

  public constructor(
    private readonly registry: Registry, private readonly accounts: Accounts, home: Home,
    private readonly leases: Leases, private readonly turns: Turns, now: () => number,
  ) {
    this.applications = new Applications(registry, accounts, home, now);
  }

  /** Answers the record once the stack itself may go. A stack without pipeline may at once. */
  public async advance(place: StackPlace, record: Read, { mayDelete, atRest }: Leaving): Promise<Read | undefined> {
    const stackKey = keyOf(place);
    const holder = await this.leases.holder(stackKey);
    if (!holder) return record;

    let current = record;
    if (current.leaving === undefined) {
      const stopped = await this.turns.rest(stackKey, { restingFor: stackKey, reason: 'Its environment is being removed', since: record.since });
      // one that is still being made would come open, so the former one waits until it is gone
      if (stopped) await atRest();
      current = await this.note(stackKey, current, 'pipeline at rest');
    }
    if (current.leaving === 'pipeline at rest') {
      // What never was complete has deployed nothing, and what is in the account is somebody else's. And nobody has asked for a removal where a
      // deployment has failed and is taken back
      const go = holder.applications === 'delete' && current.complete && await mayDelete();
      if (go && !await this.applications.remove(place, current)) return undefined;
      current = await this.note(stackKey, current, 'applications gone');
    }
    if (current.leaving === 'applications gone') {
      if (!await this.deleteArtifacts(place)) return undefined;
      current = await this.note(stackKey, current, 'artifacts gone');
    }
    return current;
  }

  private async deleteArtifacts(place: StackPlace): Promise<boolean> {
    try {
      return await this.accounts.deleteArtifacts(place);
    } catch (error) {
      // without role, bucket or account nothing can be deleted; the objects of a bucket that is left alone expire
      if (isDenied(error) || isNamed(error, 'NoSuchBucket')) return true;
      throw error;
    }
  }

  private async note(stackKey: string, record: Read, leaving: StackRecord['leaving']): Promise<Read> {
    return this.registry.write<StackRecord>(stackKey, { ...record, leaving }, record.version);
  }
}
