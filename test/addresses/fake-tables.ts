import type { Placement, RangeRequest, SeenNetworks, Space, SpaceSettings } from '../../lambda/address-spaces/space';
import type { SpaceTables, Written } from '../../lambda/address-spaces/tables';

const EMPTY: Space = { version: 0, requests: {}, given: {}, seen: {} };

/** One table of an address space, with the conditions of the real one. */
export class FakeTables implements SpaceTables {
  public space: Space = EMPTY;
  /** Number of calls by method. */
  public readonly calls: Record<string, number> = {};

  public async read(): Promise<Space> {
    return this.counted('read', () => this.copy());
  }

  public async request(
    _tableArn: string, owner: string, request: RangeRequest, seen: Readonly<Record<string, SeenNetworks>>,
  ): Promise<Space> {
    return this.counted('request', () => {
      const requests = { ...this.space.requests, [owner]: this.space.requests[owner] ?? request };
      this.space = { ...this.space, requests, seen: { ...this.space.seen, ...seen } };
      return this.copy();
    });
  }

  public async give(_tableArn: string, { given, released }: Placement, version: number): Promise<Written> {
    return this.counted('give', () => this.write(version, () => {
      const kept = Object.entries(this.space.given).filter(([cidr]) => !released.includes(cidr));
      return { given: { ...Object.fromEntries(kept), ...given } };
    }));
  }

  public async release(_tableArn: string, owner: string): Promise<void> {
    return this.counted('release', () => {
      const { [owner]: _, ...requests } = this.space.requests;
      this.space = { ...this.space, requests };
    });
  }

  public async configure(_tableArn: string, settings: SpaceSettings, version: number): Promise<Written> {
    return this.counted('configure', () => this.write(version, () => ({ settings })));
  }

  private write(version: number, change: () => Partial<Space>): Written {
    if (version !== this.space.version) return { isWritten: false, space: this.copy() };
    this.space = { ...this.space, ...change(), version: version + 1 };
    return { isWritten: true, space: this.copy() };
  }

  private counted<Result>(name: string, call: () => Result): Result {
    this.calls[name] = (this.calls[name] ?? 0) + 1;
    return call();
  }

  private copy(): Space {
    return JSON.parse(JSON.stringify(this.space));
  }
}
