import { retryTransient } from '../../lambda/shared/retry';
import { awsError } from '../fixtures/aws-error';

const transient = awsError('ThrottlingException', 'slow down');

/** Runs an action that fails until the given time, in milliseconds; returns its result and when it was attempted. */
async function run(failingUntil: number, error: Error = transient) {
  jest.useFakeTimers({ now: 0 });
  jest.spyOn(Math, 'random').mockReturnValue(0.5);
  try {
    const attempts: number[] = [];
    const result = retryTransient(async () => {
      attempts.push(Date.now());
      if (Date.now() < failingUntil) throw error;
      return 'done';
    }).catch((failure: Error) => failure.message);
    await jest.advanceTimersByTimeAsync(60_000);
    return { result: await result, attempts };
  } finally {
    jest.useRealTimers();
    jest.restoreAllMocks();
  }
}

describe('a retried action', () => {
  test('that succeeds is run once', async () => {
    expect(await run(0)).toEqual({ result: 'done', attempts: [0] });
  });

  test('is retried with pauses that double and have a random part', async () => {
    expect(await run(1000)).toEqual({ result: 'done', attempts: [0, 150, 450, 1050] });
  });

  test('is not retried after an error that is not transient', async () => {
    expect(await run(1000, new Error('wrong'))).toEqual({ result: 'wrong', attempts: [0] });
  });

  test('fails with its last error when 40 seconds are over, with pauses of 7.5 seconds at most', async () => {
    const { result, attempts } = await run(Infinity);
    expect(result).toBe('slow down');
    const pauses = attempts.slice(1).map((time, index) => time - attempts[index]);
    expect(Math.max(...pauses)).toBe(7500);
    expect(attempts.at(-1)).toBeGreaterThan(35_000);
    expect(attempts.at(-1)).toBeLessThanOrEqual(42_500);
  });
});
