import { createHash } from 'node:crypto';
import type { ResourceContext } from './service';

const ALPHABETS = {
  hex: '0123456789abcdef',
  lower: 'abcdefghijklmnopqrstuvwxyz0123456789',
  upper: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789',
};

/** Generates identifiers that look like those of AWS and are the same in every run. */
export class Identifiers {
  private count = 0;

  public constructor(private readonly seed: string) {}

  public next(length: number, alphabet: keyof typeof ALPHABETS = 'hex'): string {
    const letters = ALPHABETS[alphabet];
    const digest = createHash('sha512').update(`${this.seed}/${this.count++}`).digest();
    return [...digest.subarray(0, length)].map(byte => letters[byte % letters.length]).join('');
  }

  public uuid(): string {
    const hex = this.next(32);
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }

  /**
   * Returns the name that CloudFormation generates for a resource. A long name is truncated; the random part is kept.
   */
  public physicalName(context: ResourceContext, maximum: number): string {
    const random = this.next(12, 'upper');
    const length = maximum - random.length - 1;
    const full = `${context.stackName}-${context.logicalId}`;
    if (full.length <= length) return `${full}-${random}`;
    const half = Math.floor((length - 1) / 2);
    const stackName = context.stackName.slice(0, half);
    const logicalId = context.logicalId.slice(0, length - 1 - stackName.length);
    return `${stackName}-${logicalId}-${random}`;
  }
}
