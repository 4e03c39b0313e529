import type { Clock } from '../../core/clock';

/** What the rehearsal could not do for functions: calls that are not simulated, and hosts outside of AWS. */
export class Obstacles {
  /** Functions by their access keys. */
  private readonly owners = new Map<string, string>();
  private readonly latest = new Map<string, { readonly at: number; readonly obstacle: string }>();

  public constructor(private readonly clock: Clock) {}

  /** Remembers whose calls have this access key. */
  public register(accessKeyId: string, functionArn: string): void {
    this.owners.set(accessKeyId, functionArn);
  }

  /** Records that a call with this access key could not be answered. */
  public recordCall(accessKeyId: string, obstacle: string): void {
    const owner = this.owners.get(accessKeyId);
    if (owner !== undefined) this.record(owner, obstacle);
  }

  public record(functionArn: string, obstacle: string): void {
    this.latest.set(functionArn, { at: this.clock.now(), obstacle });
  }

  /** Returns the last obstacle of a function since a time, in milliseconds since 1970. */
  public since(functionArn: string, at: number): string | undefined {
    const found = this.latest.get(functionArn);
    return found !== undefined && found.at >= at ? found.obstacle : undefined;
  }
}

/** Returns the message of an error that says what the rehearsal cannot do. */
export function obstacleIn(payload: string): string | undefined {
  return /"errorMessage":"(?:[^"\\]|\\.)*?(the rehearsal (?:does not|runs only)(?:[^"\\]|\\.)*)"/.exec(payload)?.[1];
}
