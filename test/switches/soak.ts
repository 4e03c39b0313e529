import { makeSwitches } from './switches';

/** Minimum number of requests in a second of real time. */
const MIN_PER_REAL_SECOND = 200;

/**
 * Makes 15 switches, of which 5 are aborted, while clients send requests with resolvers that hold answers for 1, 2 and
 * 10 TTLs. Returns whether no request has failed because of a switch, and the rate was reached.
 *
 * @param perSecond requests in a simulated second
 */
export async function soakSwitches(perSecond: number): Promise<boolean> {
  const { outcomes, seconds, clients } = await makeSwitches(Math.ceil(perSecond / 3));
  const { requests, requestsPerRealSecond, failed, unhealthy } = clients;
  const count = (wanted: string) => outcomes.filter(outcome => outcome === wanted).length;
  console.log(`${count('succeeded')} releases succeeded, ${count('returned')} were aborted`);
  console.log(
    `${requests} requests: ${Math.round(requests / seconds)} in each of ${seconds} simulated seconds, `
      + `${requestsPerRealSecond} in each second of real time`,
  );
  console.log(`${failed.length} failed, ${unhealthy.length} answered by a side that was not healthy`);
  if (requestsPerRealSecond < MIN_PER_REAL_SECOND) console.log(`the rate is less than ${MIN_PER_REAL_SECOND}`);
  const isGood = failed.length + unhealthy.length === 0 && count('succeeded') === 10 && count('returned') === 5;
  return isGood && requestsPerRealSecond >= MIN_PER_REAL_SECOND;
}
