import { custom, Recorder } from './recorder';

describe('a custom resource', () => {
  let recorder: Recorder;

  beforeAll(async () => { recorder = await Recorder.start(); });
  afterAll(async () => { await recorder.stop(); });

  test('receives every property as text and keeps the structure of objects and lists (rule 1)', async () => {
    const stack = await recorder.deploy('text', { A: custom({ on: true, count: 5, list: [1, { deep: false }] }) });
    expect(recorder.events(stack)[0].ResourceProperties).toMatchObject({
      on: 'true',
      count: '5',
      list: ['1', { deep: 'false' }],
    });
  });

  test('returns its physical id as Ref and its data as Fn::GetAtt (rule 2)', async () => {
    const outputs = { Id: { Value: { Ref: 'A' } }, Value: { Value: { 'Fn::GetAtt': ['A', 'value'] } } };
    const stack = await recorder.deploy('answer', { A: custom({ id: 'my-id' }) }, { Outputs: outputs });
    expect(stack.output('Id')).toBe('my-id');
    expect(stack.output('Value')).toBe('value of my-id');
  });

  test('can respond with 4096 bytes (rule 2)', async () => {
    const stack = await recorder.deploy('longest', { A: custom({ bytes: 4096 }) });
    expect(stack.status).toBe('CREATE_COMPLETE');
  });

  test('fails if the response is longer than 4096 bytes (rule 2)', async () => {
    const stack = await recorder.deploy('long', { A: custom({ bytes: 4097 }) });
    expect(stack.status).toBe('ROLLBACK_COMPLETE');
    expect(stack.states.get('A')?.status).toBe('DELETE_COMPLETE');
    expect(stack.events.find(({ status }) => status === 'CREATE_FAILED')?.reason).toBe('Response object is too long.');
  });

  test('is deleted with the id of its response after a failed creation (rule 3)', async () => {
    const stack = await recorder.deploy('failed', { A: custom({ fail: 'Create', id: 'half-made' }) });
    expect(stack.status).toBe('ROLLBACK_COMPLETE');
    expect(stack.failure).toBe('The following resource(s) failed to create: [A]. ');
    expect(recorder.requests(stack)).toEqual(['Create A', 'Delete A half-made']);
  });

  test('is not replaced if an update returns the same id (rule 4)', async () => {
    await recorder.deploy('place', { A: custom({ size: 1 }) });
    const stack = await recorder.deploy('place', { A: custom({ size: 2 }) });
    expect(recorder.requests(stack)).toEqual(['Create A', 'Update A made-A']);
    expect(stack.status).toBe('UPDATE_COMPLETE');
  });

  test(
    'is deleted with three attempts when the template drops it, and the update succeeds even if all fail',
    async () => {
      await recorder.deploy('left', { A: custom({ fail: 'Delete' }), B: custom() });
      const stack = await recorder.deploy('left', { B: custom() });
      expect(recorder.requests(stack).slice(2)).toEqual(['Delete A made-A', 'Delete A made-A', 'Delete A made-A']);
      expect(stack.status).toBe('UPDATE_COMPLETE');
      expect([...stack.resources.keys()]).toEqual(['B']);
    },
  );

  test('is deleted with three attempts when the update that added it fails (rule 5)', async () => {
    await recorder.deploy('added', { A: custom() });
    const stack = await recorder.deploy('added', {
      A: custom(),
      B: custom({ fail: 'Delete' }),
      C: custom({ fail: 'Create' }, { DependsOn: 'B' }),
    });
    expect(recorder.requests(stack).filter(event => event.startsWith('Delete B'))).toEqual([
      'Delete B made-B',
      'Delete B made-B',
      'Delete B made-B',
    ]);
    expect(stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
  });

  test('is replaced if an update returns another id, and the old one is deleted at the end (rule 4)', async () => {
    await recorder.deploy('replace', { A: custom({ id: 'one' }), B: custom({ uses: { Ref: 'A' } }) });
    const stack = await recorder.deploy('replace', { A: custom({ id: 'two' }), B: custom({ uses: { Ref: 'A' } }) });
    expect(recorder.requests(stack).slice(2)).toEqual(['Update A one', 'Update B made-B', 'Delete A one']);
    expect(recorder.events(stack)[3].ResourceProperties.uses).toBe('two');
    expect(recorder.events(stack)[4].ResourceProperties.id).toBe('one');
  });

  test(
    'is updated with the new id in a rollback after its replacement, and the unused id is deleted (rule 4)',
    async () => {
      await recorder.deploy('replace-back', {
        A: custom({ id: 'one' }),
        B: custom({ DependsOn: 'x' }, { DependsOn: 'A' }),
      });
      const stack = await recorder.deploy('replace-back', {
        A: custom({ id: 'two' }),
        B: custom({ fail: 'Update' }, { DependsOn: 'A' }),
      });
      expect(stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
      expect(recorder.requests(stack).slice(2)).toEqual([
        'Update A one',
        'Update B made-B',
        'Update A two',
        'Update B made-B',
        'Delete A two',
      ]);
      expect(recorder.events(stack)[4]).toMatchObject({
        ResourceProperties: { id: 'one' },
        OldResourceProperties: { id: 'two' },
      });
      expect(stack.resources.get('A')?.id).toBe('one');
    },
  );

  test('keeps its id after a failed update, whatever id the response contains (rule 4)', async () => {
    await recorder.deploy('kept-id', { A: custom({ id: 'one' }) });
    const stack = await recorder.deploy('kept-id', { A: custom({ id: 'two', fail: 'Update' }) });
    expect(stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(recorder.requests(stack).slice(1)).toEqual(['Update A one', 'Update A one']);
    expect(stack.resources.get('A')?.id).toBe('one');
  });

  test(
    'is updated back if the update fails elsewhere, and only the resources that the update '
      + 'created are deleted (rule 5)',
    async () => {
      const before = { A: custom({ size: 1 }), Failing: custom({}, { DependsOn: ['A'] }), Untouched: custom() };
      await recorder.deploy('back', before);
      const stack = await recorder.deploy('back', {
        A: custom({ size: 2 }),
        New: custom({}, { DependsOn: 'A' }),
        Failing: custom({ fail: 'Update' }, { DependsOn: ['A', 'New'] }),
      });
      expect(stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
      expect(recorder.requests(stack).slice(3)).toEqual([
        'Update A made-A',
        'Create New',
        'Update Failing made-Failing',
        'Update A made-A',
        'Update Failing made-Failing',
        'Delete New made-New',
      ]);
      expect(recorder.events(stack)[6]).toMatchObject({
        ResourceProperties: { size: '1' },
        OldResourceProperties: { size: '2' },
      });
      expect([...stack.resources.keys()].sort()).toEqual(['A', 'Failing', 'Untouched']);
    },
  );

  test('keeps its stack if it cannot be deleted, and the deletion can be retried (rule 6)', async () => {
    const stack = await recorder.deploy('stays', { A: custom({ fail: 'Delete' }), B: custom() });
    await recorder.remove('stays');
    expect(stack.status).toBe('DELETE_FAILED');
    expect([...stack.resources.keys()]).toEqual(['A']);
    await recorder.remove('stays');
    expect(recorder.requests(stack).filter(request => request.startsWith('Delete A'))).toHaveLength(2);
  });

  test('rejects a change of its service token (rule 7)', async () => {
    await recorder.deploy('token', { A: custom() });
    const stack = await recorder.deploy('token', {
      A: custom({ ServiceToken: 'arn:aws:lambda:eu-west-1:111122223333:function:other' }),
    });
    expect(stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(stack.events.find(({ status }) => status === 'UPDATE_FAILED')?.reason).toBe(
      'Modifying service token is not allowed.',
    );
    expect(recorder.requests(stack)).toEqual(['Create A']);
  });

  test.each([
    [
      'without a service token',
      undefined,
      "'A' has no ServiceToken: set it to the ARN of the function that handles it",
    ],
    [
      'that a topic answers',
      'arn:aws:sns:eu-west-1:111122223333:asked',
      /^the rehearsal invokes functions, not the topic '.+:asked': exclude 'A' from the rehearsal/,
    ],
  ])('%s fails immediately, and is deleted', async (_what, ServiceToken, message) => {
    const stack = await recorder.deploy(`token-${String(ServiceToken).length}`, { A: custom({ ServiceToken }) });
    expect(stack.status).toBe('ROLLBACK_COMPLETE');
    const reason = stack.events.find(({ status }) => status === 'CREATE_FAILED')?.reason;
    expect(reason).toMatch(message);
  });

  test('fails without a response in time, and ignores a late response (rule 8)', async () => {
    const stack = await recorder.deploy('silent', { A: custom({ ServiceTimeout: 1, late: 1500 }) });
    expect(stack.events.find(({ status }) => status === 'CREATE_FAILED')?.reason).toContain(
      'did not receive a response',
    );
    const settled = [stack.status, stack.states.get('A')];
    const answers = (): number => recorder.simulation.lambda.log.filter(({ text }) => text === 'ANSWERED 200').length;
    // the URL accepts it nevertheless, as S3 does
    for (const before = answers(); answers() === before;) await new Promise(resolve => setTimeout(resolve, 50));
    expect([stack.status, stack.states.get('A')]).toEqual(settled);
  });

  test('has one hour to respond, unless it requests less (rule 8)', async () => {
    const deadline = jest.spyOn(recorder.simulation.clock, 'deadline');
    await recorder.deploy('patience', { A: custom(), B: custom({ ServiceTimeout: 900 }, { DependsOn: 'A' }) });
    expect(deadline.mock.calls.map(([seconds]) => seconds)).toEqual([3600, 900]);
    deadline.mockRestore();
  });

  test('is invoked three times with the same request id if its function crashes (rule 9)', async () => {
    const stack = await recorder.deploy('crash', { A: custom({ ServiceTimeout: 2, crash: 'Create' }) });
    const created = recorder.events(stack).filter(({ RequestType }) => RequestType === 'Create');
    expect(created).toHaveLength(3);
    expect(new Set(created.map(({ RequestId }) => RequestId)).size).toBe(1);
  });

  test('uses the first response if it is invoked twice concurrently with the same request id (rule 9)', async () => {
    const { lambda } = recorder.simulation;
    const invoke = lambda.invokeEvent.bind(lambda);
    const delivery = jest.spyOn(lambda, 'invokeEvent').mockImplementation(async (arn, event) => {
      await Promise.all([invoke(arn, event), invoke(arn, event)]);
    });
    const stack = await recorder.deploy('twice', { A: custom() }, { Outputs: { Id: { Value: { Ref: 'A' } } } });
    delivery.mockRestore();
    // the second one is ignored
    while (recorder.events(stack).length < 2) await new Promise(resolve => setTimeout(resolve, 50));
    expect(recorder.requests(stack)).toEqual(['Create A', 'Create A']);
    expect(new Set(recorder.events(stack).map(({ RequestId }) => RequestId)).size).toBe(1);
    expect([stack.status, stack.output('Id')]).toEqual(['CREATE_COMPLETE', 'made-A']);
  });

  test('is created concurrently with others and deleted after its dependents (rule 10)', async () => {
    const stack = await recorder.deploy('order', {
      A: custom(),
      B: custom({ a: { Ref: 'A' } }),
      C: custom({}, { DependsOn: 'B' }),
      D: custom(),
    });
    const events = stack.events.map(({ logicalId, status }) => `${logicalId} ${status}`);
    expect(events.filter(event => /^[ABC] /.test(event))).toEqual(
      ['A', 'B', 'C'].flatMap(name => [`${name} CREATE_IN_PROGRESS`, `${name} CREATE_COMPLETE`]),
    );
    expect(events.indexOf('D CREATE_IN_PROGRESS')).toBeLessThan(events.indexOf('A CREATE_COMPLETE'));
    await recorder.remove('order');
    expect(recorder.requests(stack).filter(request => /^Delete [ABC]/.test(request))).toEqual([
      'Delete C made-C',
      'Delete B made-B',
      'Delete A made-A',
    ]);
  });

  test('is retained with DeletionPolicy Retain, and deleted in the cleanup phase without it (rule 11)', async () => {
    await recorder.deploy('drop', { A: custom(), B: custom({}, { DeletionPolicy: 'Retain' }), C: custom() });
    const stack = await recorder.deploy('drop', { C: custom({ size: 2 }) });
    expect(recorder.requests(stack).slice(3)).toEqual(['Update C made-C', 'Delete A made-A']);
    expect(stack.events.filter(({ status }) => status === 'DELETE_SKIPPED').map(({ logicalId }) => logicalId)).toEqual([
      'B',
    ]);
  });

  test('is retained with DeletionPolicy Retain when its stack is deleted (rule 11)', async () => {
    const stack = await recorder.deploy('leave', { A: custom({}, { DeletionPolicy: 'Retain' }), B: custom() });
    await recorder.remove('leave');
    expect(stack.status).toBe('DELETE_COMPLETE');
    expect(recorder.requests(stack).slice(2)).toEqual(['Delete B made-B']);
    expect(stack.states.get('A')?.status).toBe('DELETE_SKIPPED');
  });

  test('is retained after its replacement only with UpdateReplacePolicy Retain (rule 11)', async () => {
    const [kept, dropped] = [{ UpdateReplacePolicy: 'Retain' }, { DeletionPolicy: 'Retain' }];
    await recorder.deploy('keep-old', { A: custom({ id: 'one' }, kept), B: custom({ id: 'three' }, dropped) });
    const stack = await recorder.deploy('keep-old', {
      A: custom({ id: 'two' }, kept),
      B: custom({ id: 'four' }, dropped),
    });
    expect(recorder.requests(stack).slice(2).sort()).toEqual(['Delete B three', 'Update A one', 'Update B three']);
  });

  test('gets no event without a change, and one Update with the old properties after a change (rule 12)', async () => {
    await recorder.deploy('change', { A: custom({ one: 1, two: 2 }), B: custom() });
    const stack = await recorder.deploy('change', { A: custom({ one: 1, two: 3, four: 4 }), B: custom() });
    expect(recorder.requests(stack).slice(2)).toEqual(['Update A made-A']);
    expect(recorder.events(stack)[2]).toMatchObject({
      ResourceProperties: { one: '1', two: '3', four: '4' }, OldResourceProperties: { one: '1', two: '2' },
    });
    await expect(recorder.deploy('change', { A: custom({ one: 1, two: 3, four: 4 }), B: custom() })).rejects.toThrow(
      'No updates are to be performed.',
    );
  });

  test('is not created if the template exceeds a limit (rule 13)', async () => {
    const resources = Object.fromEntries(
      Array.from({ length: 501 }, (_, index) => [`R${index}`, { Type: 'AWS::SQS::Queue' }]),
    );
    await expect(recorder.deploy('limits', resources)).rejects.toThrow(
      'Number of resources, 501, is greater than maximum allowed, 500',
    );
    const outputs = Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`O${index}`, { Value: 'x' }]));
    await expect(recorder.deploy('limits', { A: custom() }, { Outputs: outputs })).rejects.toThrow(
      'Number of outputs, 201, is greater than maximum allowed, 200',
    );
  });

  test('cannot be updated in a stack in ROLLBACK_COMPLETE', async () => {
    const stack = await recorder.deploy('rolled', { A: custom({ fail: 'Create' }) });
    await expect(recorder.deploy('rolled', { A: custom() })).rejects.toThrow(
      `Stack:${stack.id} is in ROLLBACK_COMPLETE state and can not be updated.`,
    );
  });
});
