/** State per account and region, created on first use. */
export class Regional<State> {
  private readonly states = new Map<string, State>();

  public constructor(private readonly make: (accountId: string, region: string) => State) {}

  public of(accountId: string, region: string): State {
    const key = `${accountId}/${region}`;
    const known = this.states.get(key);
    if (known !== undefined) return known;
    const made = this.make(accountId, region);
    this.states.set(key, made);
    return made;
  }

  public values(): State[] {
    return [...this.states.values()];
  }
}
