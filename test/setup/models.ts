import type * as Observed from '../rehearsal/observed-models';

// the tests of the simulated services call them with the clients of the SDK, whose models say what may be answered
if (expect.getState().testPath?.includes('/test/rehearsal/services/')) {
  const observed = jest.requireActual<typeof Observed>('../rehearsal/observed-models').observeModels();
  afterAll(() => {
    expect([...observed.problems].sort()).toEqual([]);
  });
}
