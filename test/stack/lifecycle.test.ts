import { awsError } from '../fixtures/aws-error';
import { ONE, TWO, World, dieEverywhere, owner, ownerOf, request } from './world';

const updated = { ...request, parameters: { Size: '2' } };

describe('a stack in an account', () => {
  test('is deployed by the roles of the bootstrap with its parameters and tags, and answers its outputs', async () => {
    const world = new World();
    world.accounts.of(ONE).outputs.set('net', { VpcId: 'vpc-1', Other: 'x' });
    expect(await world.create({ ...request, outputs: ['VpcId'] })).toEqual({
      'stackId': `arn:aws:cloudformation:eu-central-1:${ONE}:stack/net/1`, 'Outputs.VpcId': 'vpc-1',
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

  test('is updated in place, and left alone by an update that changes nothing in it', async () => {
    const world = new World();
    await world.create();
    await world.update(updated);
    await world.update({ ...updated, outputs: [] }, updated);
    expect(world.accounts.of(ONE).begun).toEqual(['create net', 'update net']);
  });

  test('that is not ready after 40 minutes says what is waited for and what to do, and is ready later', async () => {
    const world = new World();
    await world.lifecycle.requestCreate(owner, request);
    world.time = 40 * 60_000 + 1;
    await expect(world.lifecycle.reconcile(owner, request)).rejects.toThrow(`stack 'net' in account ${ONE} and region eu-central-1 is not ready after 40 minutes, the `
      + 'longest wait. CloudFormation continues there, and nothing is lost: look at the events of the stack there, and deploy again when it is complete');
    await world.create();
    expect(world.accounts.of(ONE).begun).toEqual(['create net']);
  });

  test('that has moved and whose former one is not gone after 40 minutes names both', async () => {
    const world = new World();
    await world.create();
    const moved = { ...request, accountId: TWO };
    await world.lifecycle.requestUpdate(owner, moved, request);
    world.time = 40 * 60_000 + 1;
    await expect(world.lifecycle.reconcile(owner, moved)).rejects.toThrow(`stack 'net' in account ${TWO} and region eu-central-1 is not ready, or stack 'net' in `
      + `account ${ONE} that it replaces is not deleted, after 40 minutes, the longest wait`);
  });

  test('is put back when the update is rolled back', async () => {
    const world = new World();
    await world.create();
    await world.lifecycle.requestUpdate(owner, updated, request);
    await world.lifecycle.reconcile(owner, updated);
    await world.update(request, updated);
    expect(world.accounts.of(ONE).definition('net')?.parameters).toEqual({ Size: '1' });
  });

  test('is deleted, and a second deletion and one of something unknown succeed', async () => {
    const world = new World();
    await world.delete();
    await world.create();
    await world.delete();
    await world.delete();
    expect(world.accounts.of(ONE).begun).toEqual(['create net', 'delete net']);
    expect(world.registry.keys).toEqual([]);
  });

  test('goes to another account: the new one is there before the old one is gone', async () => {
    const world = new World();
    await world.create();
    const moved = { ...request, accountId: TWO };
    await world.lifecycle.requestUpdate(owner, moved, request);
    for (let done = false; !done;) {
      done = (await world.lifecycle.reconcile(owner, moved)).done;
      if (world.accounts.of(ONE).begun.includes('delete net')) expect((await world.accounts.of(TWO).describe('net'))?.status).toBe('CREATE_COMPLETE');
    }
    expect(await world.accounts.of(ONE).describe('net')).toBeUndefined();
    expect(world.registry.keys).toEqual([`stack#${TWO}#eu-central-1#net`]);
  });

  test('comes back when such a move is rolled back, before the old one is gone or after', async () => {
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

  test('leaves an account behind that was closed', async () => {
    const world = new World();
    await world.create();
    world.accounts.closed.add(ONE);
    await world.update({ ...request, accountId: TWO });
    expect(world.registry.keys).toEqual([`stack#${TWO}#eu-central-1#net`]);
  });
});

describe('killed at any call and run again', () => {
  test.each(['before', 'after'] as const)('%s its effect, a stack is created, updated and deleted once', async when => {
    await dieEverywhere(when, world => [
      () => world.create(), () => world.update(updated), () => world.delete(updated),
    ], async (world, death) => {
      expect({ death, begun: world.accounts.of(ONE).begun }).toEqual({ death, begun: ['create net', 'update net', 'delete net'] });
      expect({ death, keys: world.registry.keys }).toEqual({ death, keys: [] });
    });
  });

  test.each(['before', 'after'] as const)('%s its effect, a stack moves once and is moved back once', async when => {
    const moved = { ...request, accountId: TWO };
    await dieEverywhere(when, world => [
      () => world.create(), () => world.update(moved), () => world.update(request, moved),
    ], async (world, death) => {
      expect({ death, begun: world.accounts.of(ONE).begun }).toEqual({ death, begun: ['create net', 'delete net', 'create net'] });
      expect({ death, begun: world.accounts.of(TWO).begun }).toEqual({ death, begun: ['create net', 'delete net'] });
      expect({ death, keys: world.registry.keys }).toEqual({ death, keys: [`stack#${ONE}#eu-central-1#net`] });
    });
  });

  test('the same event twice at once creates one stack', async () => {
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

describe('what failed', () => {
  test('a creation fails with the first reason, its deletion succeeds, and deploying again creates anew', async () => {
    const world = new World();
    world.accounts.of(ONE).failures.set('net', 'Vpc (AWS::EC2::VPC): limit');
    await expect(world.create()).rejects.toThrow(`stack 'net' in account ${ONE} could not be created: Vpc (AWS::EC2::VPC): limit; remove the cause and deploy again`);
    await world.delete();
    expect(world.registry.keys).toEqual([]);
    await world.create();
    expect(world.accounts.of(ONE).begun).toEqual(['create net', 'delete net', 'create net']);
  });

  test('a failed creation that is still there is deleted first', async () => {
    const world = new World();
    world.accounts.of(ONE).failures.set('net', 'limit');
    await expect(world.create()).rejects.toThrow('could not be created: limit');
    await world.create();
    expect(world.accounts.of(ONE).begun).toEqual(['create net', 'delete net', 'create net']);
  });

  test('an update fails with the first reason, and the next one tries again', async () => {
    const world = new World();
    await world.create();
    world.accounts.of(ONE).failures.set('net', 'Vpc: in use');
    await expect(world.update(updated)).rejects.toThrow(`stack 'net' in account ${ONE} could not be updated: Vpc: in use; remove the cause and deploy again`);
    await world.update(request, updated);
    await world.update(updated);
    expect(world.accounts.of(ONE).definition('net')?.parameters).toEqual({ Size: '2' });
  });

  test('a deletion fails with the first reason, and the next one tries again', async () => {
    const world = new World();
    await world.create();
    world.accounts.of(ONE).failures.set('net', 'Bucket: not empty');
    await expect(world.delete()).rejects.toThrow(`stack 'net' in account ${ONE} could not be deleted: Bucket: not empty; remove the cause and delete once more`);
    await world.delete();
    expect(world.registry.keys).toEqual([]);
  });
});

describe('owners', () => {
  const renamed = ownerOf('Renamed');

  test('a renamed construct takes the stack over, and the deletion of the old one changes nothing', async () => {
    const world = new World();
    const before = await world.create();
    expect(await world.create(request, renamed)).toEqual(before);
    await world.delete(request, owner);
    expect(world.accounts.of(ONE).begun).toEqual(['create net']);
    await world.delete(request, renamed);
    expect(world.accounts.of(ONE).begun).toEqual(['create net', 'delete net']);
  });

  test('a rename that is rolled back gives the stack back as the old construct declares it, which hears of nothing', async () => {
    const world = new World();
    await world.create();
    await world.create(updated, renamed);
    await world.delete(updated, renamed);
    expect(world.accounts.of(ONE).begun).toEqual(['create net', 'update net', 'update net']);
    await world.update(request);
    expect(world.accounts.of(ONE).begun).toHaveLength(3);
    await world.delete();
    expect(world.registry.keys).toEqual([]);
  });

  test('a stack of another app is not taken over', async () => {
    const world = new World();
    await world.create(request, ownerOf('Stack', 'Elsewhere'));
    await expect(world.create()).rejects.toThrow(`stack 'net' in account ${ONE} belongs to stack 'Elsewhere' of the CICD account: remove it there first, `
      + 'or choose another stackName');
  });

  test('a declaration that was refused is removed, even if the account of the other app cannot be entered', async () => {
    const world = new World();
    await world.create(request, ownerOf('Stack', 'Elsewhere'));
    world.accounts.closed.add(ONE);
    const before = world.accounts.entered.length;
    await world.lifecycle.requestDelete(owner, request);
    expect((await world.lifecycle.reconcileDelete(owner, request)).done).toBe(true);
    expect(world.accounts.entered).toHaveLength(before);
  });

  test('a stack that somebody made in the account is neither changed nor deleted', async () => {
    const world = new World();
    world.accounts.of(ONE).put('net', 'CREATE_COMPLETE');
    await expect(world.create()).rejects.toThrow(`account ${ONE} has a stack 'net' already, which this app does not know: choose another stackName, or delete`);
    await world.delete();
    expect(world.accounts.of(ONE).begun).toEqual([]);
  });

  test('another app may have the stack while its former owner still deletes it', async () => {
    const world = new World();
    await world.create();
    await world.lifecycle.requestDelete(owner, request);
    await world.lifecycle.reconcileDelete(owner, request);
    await world.create(request, ownerOf('Stack', 'Elsewhere'));
    expect(await world.lifecycle.reconcileDelete(owner, request)).toMatchObject({ done: true });
    expect(world.accounts.of(ONE).begun).toEqual(['create net', 'delete net', 'create net']);
  });
});

describe('errors say what to do', () => {
  const DEPLOY_ROLE = `arn:aws:iam::${ONE}:role/cdk-hnb659fds-deploy-role-${ONE}-eu-central-1`;

  test('an account that cannot be entered is waited for a while, then named; deleting what never began succeeds', async () => {
    const world = new World();
    world.accounts.closed.add(ONE);
    await world.lifecycle.requestCreate(owner, request);
    expect(await world.lifecycle.reconcile(owner, request)).toMatchObject({ done: false });
    world.time = 3 * 60_000;
    await expect(world.lifecycle.reconcile(owner, request)).rejects.toThrow(`account ${ONE} cannot be entered through '${DEPLOY_ROLE}' for stack 'net': it is `
      + "not bootstrapped for CDK in eu-central-1 with qualifier 'hnb659fds' and trust for account 222222222222: bootstrap it "
      + '(cdk bootstrap --qualifier hnb659fds --trust 222222222222), then deploy again');
    await world.delete();
    expect(world.registry.keys).toEqual([]);
  });

  test('deleting in an account that cannot be entered any more is refused once and then leaves it behind', async () => {
    const world = new World();
    await world.create();
    world.accounts.closed.add(ONE);
    await expect(world.delete()).rejects.toThrow(`stack 'net' cannot be deleted, because account ${ONE} cannot be entered through '${DEPLOY_ROLE}': make the `
      + 'role trust account 222222222222 again and delete once more; if the account was closed, just delete once more: what is in it is left behind');
    await world.delete();
    expect(world.registry.keys).toEqual([]);
    expect(world.accounts.of(ONE).begun).toEqual(['create net']);
  });

  test('a service that does not know a new account yet is waited for a quarter of an hour, and then named', async () => {
    const world = new World();
    const young = 'Pipeline (AWS::CodePipeline::Pipeline): The AWS Access Key Id needs a subscription for the service (SubscriptionRequiredException)';
    const fail = () => world.accounts.of(ONE).failures.set('net', young);
    fail();
    await world.create();
    expect(world.accounts.of(ONE).begun).toEqual(['create net', 'delete net', 'create net']);

    // whoever has been there once is not young
    fail();
    await expect(world.update(updated)).rejects.toThrow(`stack 'net' in account ${ONE} could not be updated: ${young}`);

    const late = new World();
    late.accounts.of(ONE).failures.set('net', young);
    await late.lifecycle.requestCreate(owner, request);
    late.time = 15 * 60_000;
    await expect(late.finish(request)).rejects.toThrow(`stack 'net' in account ${ONE} could not be created: ${young}`);
  });

  test('a template that cannot be read, or not be put into the account', async () => {
    const world = new World();
    await expect(world.create({ ...request, templateKey: 'gone.json' })).rejects.toThrow(`the template of stack 'net' for account ${ONE} cannot be read from `
      + "'assets/gone.json': publish the assets of the app (cdk deploy does) and deploy again (NoSuchKey: the key does not exist)");
    world.accounts.templates.set('template.json', ' '.repeat(51_201));
    world.accounts.publishError = awsError('NoSuchBucket', 'no such bucket');
    await expect(world.create()).rejects.toThrow("the template of stack 'net' is over 51,200 bytes and cannot be put into bucket "
      + `'cdk-hnb659fds-assets-${ONE}-eu-central-1' of account ${ONE}`);
  });

  test('an output that the stack does not have, and outputs that are too long', async () => {
    const world = new World();
    world.accounts.of(ONE).outputs.set('net', { VpcId: 'x'.repeat(3096), Other: '' });
    await expect(world.create({ ...request, outputs: ['Vpc'] })).rejects.toThrow(`stack 'net' in account ${ONE} has no output 'Vpc': it has VpcId, Other`);
    await expect(world.create({ ...request, outputs: ['VpcId'] })).rejects.toThrow(/the outputs of stack 'net' in account 1+ have 3\d+ bytes, but only 3096 can be/);
  });

  test('a call that CloudFormation refuses, and one that passes by itself', async () => {
    const world = new World();
    const create = jest.spyOn(world.accounts.of(ONE), 'create').mockRejectedValue(awsError('AccessDenied', 'a policy denies it'));
    await expect(world.create()).rejects.toThrow(`stack 'net' in account ${ONE} and region eu-central-1 could not be deployed: AccessDenied: a policy denies `
      + `it: allow '${DEPLOY_ROLE}' to do it`);
    create.mockRejectedValue(awsError('Throttling'));
    await expect(world.create()).rejects.toMatchObject({ name: 'Throttling' });
    create.mockRestore();
    await world.create();
  });

  test('a deployment whose resource was deleted meanwhile', async () => {
    const world = new World();
    await world.create();
    await world.delete();
    await expect(world.lifecycle.reconcile(owner, request)).rejects.toThrow(`stack 'net' in account ${ONE} was removed while it was being deployed: deploy again`);
  });
});
