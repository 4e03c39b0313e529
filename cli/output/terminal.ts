export type Write = (line: string) => void;

/** Where a command prints. */
export interface Terminal {
  readonly write: Write;
  readonly warn: Write;
}
