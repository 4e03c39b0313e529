/** The e-mail belongs to another account: no account can be created with it. */
export class EmailTakenError extends Error {
  public constructor(message: string) {
    super(message);
    this.name = 'EmailTakenError';
  }
}
