const FRAME = /^\s+at (async |new )?\S.*(:\d+:\d+\)?|\(<anonymous>\))$/;
/** Node.js begins with the location, the line of code there, a mark below it and an empty line. */
const LOCATION = /^(file:\/\/|node:|\/|[A-Za-z]:\\).*:\d+$/;
/** A frame of a package or of Node.js: not of the app itself. */
const FOREIGN = /[\\/]node_modules[\\/]|\(?node:|<anonymous>\)$/;
const MARK = /^\s*\^+\s*$/;
const END = /^Node\.js v\d/;
const MESSAGE = /^(Uncaught )?([\w.]*(Error|Exception)\b[^:]*: .+)$/;

/** Reduces the stack traces in the error output of an app to the line of the app, which follows the message. */
export class StackTraceFilter {
  /** Message of the last error, in one line. */
  public message?: string;
  /** Whether a stack trace was removed. */
  public hidden = false;
  /** Whether the line of the app in this stack trace was written. */
  private isLocated = false;
  private held: string[] = [];

  public constructor(private readonly write: (line: string) => void, private readonly showAll: boolean) {}

  public line(line: string): void {
    this.message = MESSAGE.exec(line)?.[2] ?? this.message;
    if (this.showAll) return this.write(line);
    if (this.held.length > 0 || LOCATION.test(line)) return this.hold(line);
    if (FRAME.test(line)) return this.frame(line);
    if (this.hidden && END.test(line)) return;
    this.isLocated = false;
    this.write(line);
  }

  public end(): void {
    this.held.splice(0).forEach(line => this.write(line));
  }

  private frame(line: string): void {
    this.hidden = true;
    if (this.isLocated || FOREIGN.test(line)) return;
    this.isLocated = true;
    this.write(line);
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
