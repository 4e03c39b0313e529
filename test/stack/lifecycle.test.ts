import { ONE, TWO, World, dieEverywhere, owner, request } from './world';
import { awsError } from '../fixtures/aws-error';

const updated = { ...request, parameters: { Size: '2' } };

describe('a stack in an account', () => {
  test('is deployed through the bootstrap roles with its parameters and tags, and returns its outputs', async () => {
    const world = new World();
    world.accounts.of(ONE).outputs.set('net', { VpcId: 'vpc-1', Other: 'x' });
    expect(await world.create({ ...request, outputs: ['VpcId'] })).toEqual({
      'stackId': `arn:aws:cloudformation:eu-central-1:${ONE}:stack/net/1`,
      'Outputs.VpcId': 'vpc-1',
    });
    expect(world.accounts.of(ONE).definition('net')).toMatchObject({
      stackName: 'net',
      template: { body: '{}' },
      parameters: { Size: '1' },
      tags: { team: 'shop' },
      capabilities: ['CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'],
      roleArn: `arn:aws:iam::${ONE}:role/cdk-hnb659fds-cfn-exec-role-${ONE}-eu-central-1`,
    });
  });

  test('is deployed from the staging bucket when its template is over 51,200 bytes', async () => {
    const world = new World();
    world.accounts.templates.set('template.json', `"${'ü'.repeat(25_600)}"`);
    await world.create();
    expect(world.accounts.published).toContain(`${ONE}/template.json`);
    expect(world.accounts.of(ONE).definition('net')?.template).toEqual({ url: 'https://staging/template.json' });
  });

  test('is updated in place, and not updated if nothing has changed', async () => {
    const world = new World();
    await world.create();
    await world.update(updated);
    await world.update({ ...updated, outputs: [] }, updated);
    expect(world.accounts.of(ONE).begun).toEqual(['create net', 'update net']);
  });

  test('times out after 40 minutes with advice, and is complete after another deployment', async () => {
    const world = new World();
    await world.lifecycle.requestCreate(owner, request);
    world.time = 40 * 60_000 + 1;
    await expect(world.lifecycle.reconcile(owner, request)).rejects.toThrow(
      `stack 'net' in account ${ONE} and region eu-central-1 is not ready after 40 minutes (timeout): it waits for `
        + `stack 'net' in account ${ONE}; `
        + 'CloudFormation continues there: see the events of the stack, and deploy again when it is complete',
    );
    await world.create();
    expect(world.accounts.of(ONE).begun).toEqual(['create net']);
  });

  test('times out after 40 minutes with an error that names the former stack, if that is not deleted', async () => {
    const world = new World();
    await world.create();
    const moved = { ...request, accountId: TWO };
    await world.lifecycle.requestUpdate(owner, moved, request);
    world.time = 40 * 60_000 + 1;
    await expect(world.lifecycle.reconcile(owner, moved)).rejects.toThrow(
      `stack 'net' in account ${TWO} and region eu-central-1 is not ready, or stack 'net' in `
        + `account ${ONE} that it replaces is not deleted, after 40 minutes (timeout)`,
    );
  });

  test('is updated to its former parameters by a rollback', async () => {
    const world = new World();
    await world.create();
    await world.lifecycle.requestUpdate(owner, updated, request);
    await world.lifecycle.reconcile(owner, updated);
    await world.update(request, updated);
    expect(world.accounts.of(ONE).definition('net')?.parameters).toEqual({ Size: '1' });
  });

  test('is deleted, and a second deletion or that of an unknown stack succeeds', async () => {
    const world = new World();
    await world.delete();
    await world.create();
    await world.delete();
    await world.delete();
    expect(world.accounts.of(ONE).begun).toEqual(['create net', 'delete net']);
    expect(world.registry.keys).toEqual([]);
  });

  test('moves to another account: the new stack is complete before the former one is deleted', async () => {
    const world = new World();
    await world.create();
    const moved = { ...request, accountId: TWO };
    await world.lifecycle.requestUpdate(owner, moved, request);
    for (let done = false; !done;) {
      done = (await world.lifecycle.reconcile(owner, moved)).done;
      if (world.accounts.of(ONE).begun.includes('delete net')) {
        expect((await world.accounts.of(TWO).describe('net'))?.status).toBe('CREATE_COMPLETE');
      }
    }
    expect(await world.accounts.of(ONE).describe('net')).toBeUndefined();
    expect(world.registry.keys).toEqual([`stack#${TWO}#eu-central-1#net`]);
  });

  test('moves back when the move is rolled back, before or after the deletion of the former stack', async () => {
    const moved = { ...request, region: 'eu-west-1' };
    for (const polls of [1, 2, 3, 4, 5, 6, 7]) {
      const world = new World();
      await world.create();
      await world.lifecycle.requestUpdate(owner, moved, request);
      for (let poll = 0; poll < polls; poll++) await world.lifecycle.reconcile(owner, moved);
      await world.update(request, moved);
      expect(await world.accounts.of(ONE, 'eu-west-1').describe('net')).toBeUndefined();
      expect((await world.accounts.of(ONE).describe('net'))?.status).toBe('CREATE_COMPLETE');
      expect(world.registry.keys).toEqual([`stack#${ONE}#eu-central-1#net`]);
      await world.delete();
      expect(world.registry.keys).toEqual([]);
    }
  });

});

describe('killed at any call and run again', () => {
  test.each(['before', 'after'] as const)('%s its effect, a stack is created, updated and deleted once', async when => {
    await dieEverywhere(
      when,
      world => [() => world.create(), () => world.update(updated), () => world.delete(updated)],
      async (world, death) => {
        expect({ death, begun: world.accounts.of(ONE).begun }).toEqual({
          death,
          begun: ['create net', 'update net', 'delete net'],
        });
        expect({ death, keys: world.registry.keys }).toEqual({ death, keys: [] });
      },
    );
  });

  test.each(['before', 'after'] as const)('%s its effect, a stack moves once and is moved back once', async when => {
    const moved = { ...request, accountId: TWO };
    await dieEverywhere(
      when,
      world => [() => world.create(), () => world.update(moved), () => world.update(request, moved)],
      async (world, death) => {
        expect({ death, begun: world.accounts.of(ONE).begun }).toEqual({
          death,
          begun: ['create net', 'delete net', 'create net'],
        });
        expect({ death, begun: world.accounts.of(TWO).begun }).toEqual({ death, begun: ['create net', 'delete net'] });
        expect({ death, keys: world.registry.keys }).toEqual({ death, keys: [`stack#${ONE}#eu-central-1#net`] });
      },
    );
  });

  test('creates one stack for two concurrent deliveries of an event', async () => {
    const world = new World();
    await world.lifecycle.requestCreate(owner, request);
    const patient = async () => {
      for (;;) {
        const progress = await world.lifecycle.reconcile(owner, request).catch((error: Error) => {
          expect(error.name).toBe('RecordChangedError');
          return undefined;
        });
        if (progress?.done) return progress.result;
      }
    };
    const [one, other] = await Promise.all([patient(), patient()]);
    expect(one).toEqual(other);
    expect(world.accounts.of(ONE).begun).toEqual(['create net']);
  });
});

describe('failures', () => {
  test('a failed creation reports the first failure, and the stack can be deployed again', async () => {
    const world = new World();
    world.accounts.of(ONE).failures.set('net', 'Vpc (AWS::EC2::VPC): limit');
    await expect(world.create()).rejects.toThrow(
      `stack 'net' in account ${ONE} could not be created: Vpc (AWS::EC2::VPC): limit; `
        + 'remove the cause and deploy again',
    );
    await world.delete();
    expect(world.registry.keys).toEqual([]);
    await world.create();
    expect(world.accounts.of(ONE).begun).toEqual(['create net', 'delete net', 'create net']);
  });

  test('a stack whose creation failed is deleted before it is created again', async () => {
    const world = new World();
    world.accounts.of(ONE).failures.set('net', 'limit');
    await expect(world.create()).rejects.toThrow('could not be created: limit');
    await world.create();
    expect(world.accounts.of(ONE).begun).toEqual(['create net', 'delete net', 'create net']);
  });

  test('a failed update has the first failure as its reason, and the next one retries', async () => {
    const world = new World();
    await world.create();
    world.accounts.of(ONE).failures.set('net', 'Vpc: in use');
    await expect(world.update(updated)).rejects.toThrow(
      `stack 'net' in account ${ONE} could not be updated: Vpc: in use; remove the cause and deploy again`,
    );
    await world.update(request, updated);
    await world.update(updated);
    expect(world.accounts.of(ONE).definition('net')?.parameters).toEqual({ Size: '2' });
  });

  test('a failed deletion has the first failure as its reason, and the next one retries', async () => {
    const world = new World();
    await world.create();
    world.accounts.of(ONE).failures.set('net', 'Bucket: not empty');
    await expect(world.delete()).rejects.toThrow(
      `stack 'net' in account ${ONE} could not be deleted: Bucket: not empty; remove the cause and delete again`,
    );
    await world.delete();
    expect(world.registry.keys).toEqual([]);
  });
});

describe('a stack fails with an error that says what to do', () => {
  const DEPLOY_ROLE = `arn:aws:iam::${ONE}:role/cdk-hnb659fds-deploy-role-${ONE}-eu-central-1`;

  test('if its role cannot be assumed for three minutes, and can then be deleted', async () => {
    const world = new World();
    world.accounts.closed.add(ONE);
    await world.lifecycle.requestCreate(owner, request);
    expect(await world.lifecycle.reconcile(owner, request)).toMatchObject({ done: false });
    world.time = 3 * 60_000;
    await expect(world.lifecycle.reconcile(owner, request)).rejects.toThrow(
      `cannot assume role '${DEPLOY_ROLE}' to deploy stack 'net': the account is not bootstrapped `
        + "for CDK in eu-central-1 with qualifier 'hnb659fds' and trust for account 222222222222: "
        + 'bootstrap it (cdk bootstrap --qualifier hnb659fds --trust 222222222222), then deploy again',
    );
    await world.delete();
    expect(world.registry.keys).toEqual([]);
  });

  test('if its role can no longer be assumed at its deletion', async () => {
    const world = new World();
    await world.create();
    world.accounts.closed.add(ONE);
    await expect(world.delete()).rejects.toThrow(
      `stack 'net' in account ${ONE} cannot be deleted, because role '${DEPLOY_ROLE}' cannot be assumed: let it trust `
        + 'account 222222222222, and when the account can be used, remove the stack again (if it is no longer in the '
        + 'app, put it back and deploy first) (not authorized to perform sts:AssumeRole); '
        + `to leave it in the account, run: org-environments forget ${ONE}/eu-central-1/net`,
    );
  });

  test('if its new account is not signed up for a service for 15 minutes', async () => {
    const world = new World();
    const notSignedUp =
      'Pipeline (AWS::CodePipeline::Pipeline): The AWS Access Key Id needs a subscription for the service '
      + '(SubscriptionRequiredException)';
    const fail = () => world.accounts.of(ONE).failures.set('net', notSignedUp);
    fail();
    await world.create();
    expect(world.accounts.of(ONE).begun).toEqual(['create net', 'delete net', 'create net']);

    // a stack that was complete once is not in a new account
    fail();
    await expect(world.update(updated)).rejects.toThrow(
      `stack 'net' in account ${ONE} could not be updated: ${notSignedUp}`,
    );

    const late = new World();
    late.accounts.of(ONE).failures.set('net', notSignedUp);
    await late.lifecycle.requestCreate(owner, request);
    late.time = 15 * 60_000;
    await expect(late.finish(request)).rejects.toThrow(
      `stack 'net' in account ${ONE} could not be created: ${notSignedUp}`,
    );
  });

  test('if its template cannot be read or uploaded', async () => {
    const world = new World();
    await expect(world.create({ ...request, templateKey: 'gone.json' })).rejects.toThrow(
      `the template of stack 'net' for account ${ONE} cannot be read from 'assets/gone.json': `
        + 'publish the assets of the app (`cdk deploy` does) and deploy again (NoSuchKey: the key does not exist)',
    );
    world.accounts.templates.set('template.json', ' '.repeat(51_201));
    world.accounts.publishError = awsError('NoSuchBucket', 'no such bucket');
    await expect(world.create()).rejects.toThrow(
      "the template of stack 'net' is longer than 51,200 bytes and cannot be uploaded to bucket "
        + `'cdk-hnb659fds-assets-${ONE}-eu-central-1' of account ${ONE}`,
    );
  });

  test('if an output is missing, or the outputs are too long', async () => {
    const world = new World();
    world.accounts.of(ONE).outputs.set('net', { VpcId: 'x'.repeat(3096), Other: '' });
    await expect(world.create({ ...request, outputs: ['Vpc'] })).rejects.toThrow(
      `stack 'net' in account ${ONE} has no output 'Vpc': it has VpcId, Other`,
    );
    await expect(world.create({ ...request, outputs: ['VpcId'] })).rejects.toThrow(
      /the outputs of stack 'net' in account 1+ have 3\d+ bytes, but the limit is 3096/,
    );
  });

  test('if a call is denied, but not after a transient error', async () => {
    const world = new World();
    const create = jest
      .spyOn(world.accounts.of(ONE), 'create')
      .mockRejectedValue(awsError('AccessDenied', 'a policy denies it'));
    await expect(world.create()).rejects.toThrow(
      `stack 'net' in account ${ONE} and region eu-central-1 could not be deployed: AccessDenied: a policy denies `
        + `it; allow it to '${DEPLOY_ROLE}'`,
    );
    create.mockRejectedValue(awsError('Throttling'));
    await expect(world.create()).rejects.toMatchObject({ name: 'Throttling' });
    create.mockRestore();
    await world.create();
  });

  test('if its custom resource was deleted concurrently', async () => {
    const world = new World();
    await world.create();
    await world.delete();
    await expect(world.lifecycle.reconcile(owner, request)).rejects.toThrow(
      `stack 'net' in account ${ONE} was removed during its deployment: deploy again`,
    );
  });
});
