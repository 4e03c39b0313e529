const MODULUS = 2 ** 31 - 1;

/** Random numbers that a seed determines (Lehmer, with the multiplier of Park and Miller). */
export class Random {
  private state: number;

  public constructor(seed: number) {
    this.state = (seed * 7919 + 1) % MODULUS || 1;
    for (let round = 0; round < 5; round++) this.below(2);
  }

  public below(limit: number): number {
    this.state = (this.state * 48_271) % MODULUS;
    return Math.floor((this.state / MODULUS) * limit);
  }

  public pick<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('there is nothing to pick from');
    return item;
  }

  public chance(share: number): boolean {
    return this.below(1000) < share * 1000;
  }
}
