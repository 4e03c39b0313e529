/** Stands in the place of the logger of the handlers, which takes longer to load than they do. */
export class Logger {
  public readonly info = console.info;
  public readonly warn = console.warn;
  public readonly error = console.error;
}
