import { checkedShares, NewerChangeError, TrafficTakenError } from './traffic';
import type { Endpoints, Shares, Traffic, TrafficReading } from './traffic';
import type { CustomTrafficEvent } from '../../src/blue-green/contract';

/** A function of the user that divides the traffic. */
export interface TrafficFunction {
  /** @throws TrafficFunctionError if the function has thrown an error */
  invoke(event: CustomTrafficEvent): Promise<unknown>;
}

/** The function has thrown an error of the type. */
export class TrafficFunctionError extends Error {
  public constructor(
    public readonly type: string,
    message: string,
  ) {
    super(message);
    this.name = new.target.name;
  }
}

const READING = '{"shares":{"blue":100,"green":0},"fence":7,"isInEffect":true}';

/** Calls the function of the user, which has to compare the fences. */
export class CustomTraffic implements Traffic {
  private readonly what: string;

  public constructor(
    functionArn: string,
    private readonly target: TrafficFunction,
  ) {
    this.what = `function '${functionArn}'`;
  }

  public async read(_endpoints?: Endpoints, changeId?: string): Promise<TrafficReading> {
    const answer = await this.invoke({ action: 'read', ...(changeId !== undefined && { changeId }) });
    return readingIn(answer) ?? this.rejectAnswer(answer, READING);
  }

  public async write(shares: Shares, fence: number): Promise<string | undefined> {
    const { blue, green } = checkedShares(shares);
    const answer = await this.invoke({ action: 'write', shares: { blue, green }, fence });
    if (!isRecord(answer)) return undefined;
    const { changeId } = answer;
    return changeId === undefined || typeof changeId === 'string'
      ? changeId : this.rejectAnswer(answer, 'nothing, or {"changeId":"…"}');
  }

  /** The function of the user decides what it replaces. */
  public async replace(shares: Shares, fence: number): Promise<string | undefined> {
    return this.write(shares, fence);
  }

  private async invoke(event: CustomTrafficEvent): Promise<unknown> {
    try {
      return await this.target.invoke(event);
    } catch (error) {
      throw error instanceof TrafficFunctionError ? this.translated(error, event) : error;
    }
  }

  private translated({ type, message }: TrafficFunctionError, { action }: CustomTrafficEvent): Error {
    const text = `${this.what} failed to ${action} the shares: ${type}: ${message}`;
    if (type === 'NewerChangeError') return new NewerChangeError(text);
    if (type === 'TrafficTakenError') return new TrafficTakenError(text);
    return new Error(`${text}: see its log, remove the cause, then try again`);
  }

  private rejectAnswer(answer: unknown, expected: string): never {
    throw new Error(
      `${this.what} has returned ${JSON.stringify(answer) ?? 'nothing'}, but must return ${expected}: correct it, then `
        + 'try again',
    );
  }
}

function readingIn(answer: unknown): TrafficReading | undefined {
  if (!isRecord(answer)) return undefined;
  const { shares, fence, isInEffect } = answer;
  if (typeof isInEffect !== 'boolean' || typeof fence !== 'number') return undefined;
  if (shares === undefined || shares === null) return { fence, isInEffect };
  if (!isRecord(shares)) return undefined;
  const { blue, green } = shares;
  if (typeof blue !== 'number' || typeof green !== 'number' || blue + green !== 100) return undefined;
  return { shares: { blue, green }, fence, isInEffect };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
