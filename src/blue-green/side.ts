/** A side of a blue/green environment. */
export enum Side {
  /** The side blue. */
  BLUE = 'blue',
  /** The side green. */
  GREEN = 'green',
}
