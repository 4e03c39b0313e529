const FRAME = /^\s+at (async |new )?\S.*(:\d+:\d+\)?|\(<anonymous>\))$/;
/** Node.js begins with the location, the line of code there, a mark below it and an empty line. */
const LOCATION = /^(file:\/\/|node:|\/|[A-Za-z]:\\).*:\d+$/;
const MARK = /^\s*\^+\s*$/;
const END = /^Node\.js v\d/;
const MESSAGE = /^(Uncaught )?([\w.]*(Error|Exception)\b[^:]*: .+)$/;

/** Removes stack traces from the error output of an app, so that the message is easy to find. */
export class StackTraceFilter {
  /** Message of the last error, in one line. */
  public message?: string;
  /** Whether a stack trace was removed. */
  public hidden = false;
  private held: string[] = [];

  public constructor(private readonly write: (line: string) => void, private readonly showAll: boolean) {}

  public line(line: string): void {
    this.message = MESSAGE.exec(line)?.[2] ?? this.message;
    if (this.showAll) this.write(line);
    else if (this.held.length > 0 || LOCATION.test(line)) this.hold(line);
    else if (FRAME.test(line) || this.hidden && END.test(line)) this.hidden = true;
    else this.write(line);
  }

  public end(): void {
    this.held.splice(0).forEach(line => this.write(line));
  }

  /** Holds a line back until it is known whether a stack trace begins. */
  private hold(line: string): void {
    this.held.push(line);
    const [, , mark, empty] = this.held;
    if (mark !== undefined && !MARK.test(mark)) {
      const [first, ...rest] = this.held.splice(0);
      this.write(first);
      // one of these may be a location, too
      for (const later of rest) this.line(later);
    } else if (empty !== undefined) {
      this.hidden = true;
      this.held = [];
      if (empty !== '') this.line(empty);
    }
  }
}
