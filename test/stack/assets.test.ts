import type { FakeAssets } from './fake-assets';
import { digestOf } from './fake-assets';
import { ONE, World, dieEverywhere, owner, request } from './world';
import { FileTooLargeError } from '../../lambda/stack/asset-stores';
import { awsError } from '../fixtures/aws-error';

const PART = 10 * 1024 * 1024;
const small = Buffer.from('a layer of one part');
const large = Buffer.alloc(2 * PART + 5, 'x');
const ofTwoParts = Buffer.alloc(PART + 1, 'y');
const wanted = { ...request, files: ['a.zip', 'b.json'], images: { repository: 'images', tags: ['app'] } };

function publish(world: World, longest = large): FakeAssets {
  const assets = world.accounts.assetsOf(ONE);
  for (const key of wanted.files) assets.publishFile(key, key);
  assets.publishImage([small, longest], 'app');
  return assets;
}

describe('the assets of a stack', () => {
  test('are in its account before the stack is created', async () => {
    const world = new World();
    const assets = publish(world);
    let before: readonly string[] = [];
    world.accounts.onCreate = () => {
      before = [...assets.copied];
    };
    await world.create(wanted);
    expect(before).toEqual([
      'file a.zip',
      'file b.json',
      expect.stringMatching(/^layer /),
      `layer ${digestOf(small)}`,
      `layer ${digestOf(large)}`,
      'image app',
    ]);
    expect(assets.files.get('a.zip')).toEqual({ body: Buffer.from('a.zip'), contentType: 'application/zip' });
  });

  test('that are there already are not copied again', async () => {
    const world = new World();
    const assets = publish(world);
    await world.create(wanted);
    assets.publishFile('c.zip', 'c');
    const next = { ...wanted, templateKey: 'next.json', files: ['a.zip', 'c.zip'] };
    world.accounts.templates.set('next.json', '{"next":true}');
    const before = assets.copied.length;
    await world.update(next, wanted);
    expect(assets.copied.slice(before)).toEqual(['file c.zip']);
    expect(assets.uploads.size).toBe(3);
  });

  test('are looked at once in an attempt, and not at all when nothing has changed', async () => {
    const world = new World();
    publish(world);
    await world.create(wanted);
    const looks = () => world.fate.calls.filter(call => call === 'hasFile').length;
    expect(looks()).toBe(2);
    await world.update({ ...wanted, outputs: [] }, wanted);
    expect(looks()).toBe(2);
  });

  test('of an index are copied with all of its images, and layers that they share once', async () => {
    const world = new World();
    const assets = world.accounts.assetsOf(ONE);
    const digests = ['arm64', 'amd64'].map(platform => assets.publishImage([small, Buffer.from(platform)]));
    assets.publishIndex(digests, 'app');
    await world.create({ ...request, images: wanted.images });
    expect(assets.copied.filter(name => name.startsWith('image'))).toEqual([
      ...digests.map(digest => `image ${digest}`),
      'image app',
    ]);
    expect(assets.copied.filter(name => name === `layer ${digestOf(small)}`)).toHaveLength(1);
  });
});

describe('a large layer', () => {
  /** Each part takes more than half of a step. */
  function slow(world: World): FakeAssets {
    const assets = publish(world);
    assets.onPart = () => {
      world.time += 20_000;
    };
    return assets;
  }

  test('is copied in parts over several steps, in one upload', async () => {
    const world = new World();
    const assets = slow(world);
    await world.lifecycle.requestCreate(owner, wanted);
    let steps = 1;
    while (!(await world.lifecycle.reconcile(owner, wanted)).done) steps++;
    expect(steps).toBeGreaterThan(3);
    expect(assets.copied).toContain(`layer ${digestOf(large)}`);
    expect([...assets.uploads.values()].map(({ length }) => length)).toEqual([
      expect.any(Number),
      small.length,
      large.length,
    ]);
  });

  test('ends a step when its time is over, before the stack is begun', async () => {
    const world = new World();
    const assets = slow(world);
    await world.lifecycle.requestCreate(owner, wanted);
    expect(await world.lifecycle.reconcile(owner, wanted)).toMatchObject({ done: false });
    expect(world.time).toBe(40_000);
    expect(assets.copied).not.toContain('image app');
    expect(world.accounts.of(ONE).begun).toEqual([]);
  });

  test('is begun again when its upload was forgotten', async () => {
    const world = new World();
    const assets = slow(world);
    await world.lifecycle.requestCreate(owner, wanted);
    for (let step = 0; step < 2; step++) await world.lifecycle.reconcile(owner, wanted);
    assets.forgetUploads();
    await world.finish(wanted);
    expect(assets.copied).toContain('image app');
  });

  test('is begun again when its upload was forgotten with all its parts', async () => {
    const world = new World();
    const assets = publish(world);
    await world.lifecycle.requestCreate(owner, wanted);
    const complete = assets.completeLayer.bind(assets);
    jest.spyOn(assets, 'completeLayer').mockImplementationOnce(async (...values) => {
      assets.forgetUploads();
      return complete(...values);
    });
    await world.finish(wanted);
    expect(assets.copied).toContain('image app');
  });
});

describe('killed at any call and run again', () => {
  test.each(['before', 'after'] as const)(
    '%s its effect, every asset is copied once and the stack is created once',
    async when => {
      await dieEverywhere(
        when,
        world => {
          publish(world, ofTwoParts);
          return [() => world.create(wanted)];
        },
        async (world, death) => {
          const { copied } = world.accounts.assetsOf(ONE);
          expect({ death, copied }).toEqual({ death, copied: [...new Set(copied)] });
          expect({ death, copied: copied.length, last: copied.at(-1) }).toEqual({
            death,
            copied: 6,
            last: 'image app',
          });
          expect({ death, begun: world.accounts.of(ONE).begun }).toEqual({ death, begun: ['create net'] });
        },
      );
    },
  );

  test.each([1, 2])(
    'after part %i of a large layer, the next process continues behind it in the same upload',
    async part => {
      const world = new World();
      const assets = publish(world);
      await world.lifecycle.requestCreate(owner, wanted);
      let parts = 0;
      assets.onPart = () => {
        if (++parts === part + 2) world.fate.dieAt(1, 'before');
      };
      await expect(world.lifecycle.reconcile(owner, wanted)).rejects.toThrow('killed');
      world.fate.revive();
      assets.onPart = undefined;
      await world.finish(wanted);
      expect(assets.parts.get('upload-3')).toEqual([0, PART, 2 * PART]);
      expect(assets.uploads.size).toBe(3);
    },
  );
});

describe('the copy of an asset', () => {
  const MEMBER = `through 'arn:aws:iam::${ONE}:role/cdk-hnb659fds-`;
  const WAY_OUT =
    `-role-${ONE}-eu-central-1': bootstrap the account for CDK (cdk bootstrap --qualifier hnb659fds --trust `
    + '222222222222), remove policies that deny it, then deploy again';

  test('fails with advice if the asset was not published', async () => {
    const world = new World();
    await expect(world.create({ ...request, files: ['a.zip'] })).rejects.toThrow(
      "file asset 'a.zip' of stack 'net' cannot be read from bucket 'assets' of account 222222222222: publish the "
        + 'assets of the app (cdk deploy does) and deploy again (AccessDenied: no such key, or no right to know)',
    );
    await expect(world.create({ ...request, images: wanted.images })).rejects.toThrow(
      "image asset 'app' of stack 'net' cannot be read from repository 'images' of account 222222222222: "
        + 'publish the assets of the app (cdk deploy does) and deploy again (ImageNotFound: no such image)',
    );
  });

  test('fails with advice if a file is too large', async () => {
    const world = new World();
    const assets = publish(world);
    jest.spyOn(assets, 'file').mockRejectedValue(new FileTooLargeError(104_857_601));
    await expect(world.create(wanted)).rejects.toThrow(
      "file asset 'a.zip' of stack 'net' has 104857601 bytes, but the limit is "
        + '104857600 (100 MB): make it smaller, or deploy it with the pipeline of the environment',
    );
  });

  test.each([
    [
      'file',
      { files: ['a.zip'] },
      `file asset 'a.zip' of stack 'net' cannot be copied to bucket 'cdk-hnb659fds-assets-${ONE}-eu-central-1' of `
        + `account ${ONE} ${MEMBER}file-publishing`,
    ],
    [
      'image',
      { images: wanted.images },
      "image asset 'app' of stack 'net' cannot be copied to repository "
        + `'cdk-hnb659fds-container-assets-${ONE}-eu-central-1' of account ${ONE} `
        + `${MEMBER}image-publishing`,
    ],
  ])(
    'fails with advice if the account rejects a %s for a minute, in which its roles may still propagate',
    async (_, assets, message) => {
      const world = new World();
      publish(world).failure = awsError('AccessDenied', 'not authorized');
      await expect(world.create({ ...request, ...assets })).rejects.toMatchObject({ $retryable: {} });
      await world.lifecycle.requestCreate(owner, { ...request, ...assets });
      world.time += 60_000;
      await expect(world.lifecycle.reconcile(owner, { ...request, ...assets })).rejects.toThrow(
        `${message}${WAY_OUT} (AccessDenied: not authorized)`,
      );
    },
  );

  test('continues later if AWS throttles it', async () => {
    const world = new World();
    const assets = publish(world);
    assets.failure = awsError('ThrottlingException');
    await expect(world.create(wanted)).rejects.toMatchObject({ name: 'ThrottlingException' });
    assets.failure = undefined;
    await world.finish(wanted);
    expect(assets.copied).toContain('image app');
  });
});
