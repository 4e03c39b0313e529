import type { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { ShiftStep } from './release/contract';
import { rejectSubclass } from '../private/reject';
import { fail } from '../private/validate';

/** Options of `Shift.linear`. */
export interface LinearShiftProps {
  /** Percent that is added in each step: 1 to 99. */
  readonly percent: number;
  /** Time between two steps: one minute to one day, in whole seconds. */
  readonly every: Duration;
}

/** Options of `Shift.canary`. */
export interface CanaryShiftProps {
  /** Percent of the first step: 1 to 99. */
  readonly percent: number;
  /** Time until the rest follows: one minute to one day, in whole seconds. */
  readonly pause: Duration;
}

const [MINUTE, DAY] = [60, 24 * 3600];

/**
 * How a release shifts the traffic to the released side. The time of a step begins when its share is in effect. The
 * class cannot be subclassed.
 *
 * @example
 * const shift = Shift.canary({ percent: 10, pause: Duration.minutes(10) });
 */
export class Shift {
  /** All traffic in one step. */
  public static allAtOnce(): Shift {
    return new Shift(() => [{ percent: 100, seconds: 0 }]);
  }

  /** Steps of the same size, until the side has all traffic. */
  public static linear(props: LinearShiftProps): Shift {
    return new Shift(scope => {
      const [size, seconds] = [percentOf(scope, props.percent), secondsOf(scope, 'every', props.every)];
      const steps = Array.from({ length: Math.ceil(100 / size) }, (_, index) => Math.min(100, (index + 1) * size));
      return steps.map(percent => ({ percent, seconds: percent === 100 ? 0 : seconds }));
    });
  }

  /** A small share first, and the rest after a pause. */
  public static canary(props: CanaryShiftProps): Shift {
    return new Shift(scope => [
      { percent: percentOf(scope, props.percent), seconds: secondsOf(scope, 'pause', props.pause) },
      { percent: 100, seconds: 0 },
    ]);
  }

  private constructor(private readonly steps: (scope: Construct) => ShiftStep[]) {
    rejectSubclass(new.target, Shift, 'use Shift.allAtOnce(), Shift.linear() or Shift.canary()');
  }

  /** @internal */
  public _bind(scope: Construct): ShiftStep[] {
    return this.steps(scope);
  }
}

function percentOf(scope: Construct, percent: number): number {
  if (Number.isInteger(percent) && percent >= 1 && percent <= 99) return percent;
  return fail(scope, `'percent' of a shift must be a whole number from 1 to 99, got ${percent}`);
}

function secondsOf(scope: Construct, name: string, duration: Duration): number {
  const seconds = duration.toSeconds({ integral: false });
  if (Number.isInteger(seconds) && seconds >= MINUTE && seconds <= DAY) return seconds;
  return fail(scope, `'${name}' of a shift must be one minute to one day, in whole seconds, got ${seconds} seconds`);
}
