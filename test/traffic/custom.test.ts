import { CANARY, ENDPOINTS } from './changing';
import { CustomTraffic, TrafficFunctionError } from '../../lambda/traffic/custom';
import { NewerChangeError, TrafficTakenError } from '../../lambda/traffic/traffic';
import type { Traffic } from '../../lambda/traffic/traffic';
import type { CustomTrafficEvent } from '../../src/blue-green/contract';

const ARN = 'arn:aws:lambda:eu-central-1:111111111111:function:traffic';

function answering(answer: unknown): { traffic: Traffic; events: CustomTrafficEvent[] } {
  const events: CustomTrafficEvent[] = [];
  const invoke = async (event: CustomTrafficEvent): Promise<unknown> => {
    events.push(event);
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { traffic: new CustomTraffic(ARN, { invoke }), events };
}

test('the function reads the shares', async () => {
  const answer = { shares: CANARY, fence: 7, isInEffect: false };
  const { traffic, events } = answering(answer);
  expect(await traffic.read(ENDPOINTS)).toEqual(answer);
  expect(await traffic.read(ENDPOINTS, 'change-1')).toEqual(answer);
  expect(events).toEqual([{ action: 'read' }, { action: 'read', changeId: 'change-1' }]);
});

test.each([[{}], [{ shares: null }]])('the function has set nothing yet: %j', async shares => {
  const { traffic } = answering({ ...shares, fence: 0, isInEffect: true });
  expect(await traffic.read(ENDPOINTS)).toEqual({ fence: 0, isInEffect: true });
});

test.each([[undefined, undefined], [{ changeId: 'change-1' }, 'change-1'], [{}, undefined]])(
  'the function writes the shares and returns %j', async (answer, changeId) => {
    const { traffic, events } = answering(answer);
    expect(await traffic.write(CANARY, 7, ENDPOINTS)).toBe(changeId);
    expect(events).toEqual([{ action: 'write', shares: CANARY, fence: 7 }]);
  },
);

test.each([
  undefined, 'done', { fence: 1 }, { isInEffect: true }, { fence: 1, isInEffect: true, shares: { blue: 0, green: 0 } },
  { fence: 1, isInEffect: true, shares: 'blue' }, { fence: 1, isInEffect: true, shares: { blue: 100 } },
])('the answer %j to a read is rejected with the expected one', async answer => {
  await expect(answering(answer).traffic.read(ENDPOINTS)).rejects.toThrow(
    `function '${ARN}' has returned ${JSON.stringify(answer) ?? 'nothing'}, but must return `
      + '{"shares":{"blue":100,"green":0},"fence":7,"isInEffect":true}: correct it, then try again',
  );
});

test('another answer to a write is rejected with the expected one', async () => {
  await expect(answering({ changeId: 7 }).traffic.write(CANARY, 7, ENDPOINTS)).rejects.toThrow(
    `function '${ARN}' has returned {"changeId":7}, but must return nothing, or {"changeId":"…"}: correct it`,
  );
});

test.each([
  ['NewerChangeError', NewerChangeError, `function '${ARN}' failed to write the shares: NewerChangeError: because`],
  ['TrafficTakenError', TrafficTakenError, `function '${ARN}' failed to write the shares: TrafficTakenError: because`],
  [
    'TypeError', Error,
    `function '${ARN}' failed to write the shares: TypeError: because: see its log, remove the cause, then try again`,
  ],
])('the error %s of the function keeps its meaning', async (type, expected, message) => {
  const writing = answering(new TrafficFunctionError(type, 'because')).traffic.write(CANARY, 7, ENDPOINTS);
  await expect(writing).rejects.toThrow(expected);
  await expect(writing).rejects.toThrow(message);
});

test('an error of Lambda is thrown unchanged', async () => {
  const error = new Error('because');
  await expect(answering(error).traffic.read(ENDPOINTS)).rejects.toBe(error);
});
