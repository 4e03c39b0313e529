/** The results of checks, as other systems report them for commits. */
export class Checks {
  private readonly passed = new Map<string, ReadonlySet<string>>();

  public report(fullName: string, commitId: string, name: string, hasPassed: boolean): void {
    const key = `${fullName}#${commitId}`;
    const others = [...this.passed.get(key) ?? []].filter(other => other !== name);
    this.passed.set(key, new Set(hasPassed ? [...others, name] : others));
  }

  /** Names of the checks of a commit that have passed. */
  public passedOf(fullName: string, commitId: string): readonly string[] {
    return [...this.passed.get(`${fullName}#${commitId}`) ?? []];
  }
}
