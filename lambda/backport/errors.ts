/** A backport cannot be continued. */
export class BackportError extends Error {
  public constructor(message: string) {
    super(`${message}: start the backport again when this is solved`);
    this.name = 'BackportError';
  }
}
