import { createHash } from 'node:crypto';

/** Random numbers that depend only on the seed. */
export class Random {
  private count = 0;

  public constructor(private readonly seed: number) {}

  /** A number from 0 to 1, without 1. */
  public next(): number {
    return createHash('md5').update(`${this.seed} ${this.count++}`).digest().readUInt32BE() / 2 ** 32;
  }

  /** A whole number from 0, smaller than `limit`. */
  public below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  public happens(probability: number): boolean {
    return this.next() < probability;
  }
}
