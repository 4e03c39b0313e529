import { custom, Recorder } from './recorder';

describe('a custom resource in real time', () => {
  let recorder: Recorder;

  // slow enough that an invocation takes few simulated seconds
  beforeAll(async () => { recorder = await Recorder.start(60); });
  afterAll(async () => { await recorder.stop(); });

  test('fails at its timeout, and not half an hour later, if its function ends without a response', async () => {
    await recorder.deploy('warm', { A: custom() });
    const stack = await recorder.deploy('silent', { A: custom({ ServiceTimeout: 60, silent: 'Create' }) });
    const at = (status: string): number =>
      stack.events.find(event => event.logicalId === 'A' && event.status === status)?.at ?? NaN;
    expect(stack.events.find(({ status }) => status === 'CREATE_FAILED')?.reason).toContain(
      'did not receive a response',
    );
    const seconds = (at('CREATE_FAILED') - at('CREATE_IN_PROGRESS')) / 1000;
    expect(seconds).toBeGreaterThanOrEqual(60);
    expect(seconds).toBeLessThan(200);
  });

  test('waits while its function works, because work is not scaled', async () => {
    const stack = await recorder.deploy('slow', { A: custom({ ServiceTimeout: 30, late: 1500 }) });
    expect(stack.status).toBe('CREATE_COMPLETE');
  });
});
