import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { rehearse, WORK } from './world';
import { deployAssembly, destroyAssembly } from '../../../rehearsal';

const env = { account: WORK, region: 'eu-west-1' };

/** @param denied action that the bucket policy denies for all principals */
function site(app: App, bucketName: string, denied?: string): void {
  const bucket = new Bucket(new Stack(app, 'Site', { env }), 'Bucket', {
    bucketName,
    removalPolicy: RemovalPolicy.DESTROY,
    autoDeleteObjects: true,
  });
  if (denied === undefined) return;
  const resources = [bucket.bucketArn, bucket.arnForObjects('*')];
  bucket.addToResourcePolicy(
    new PolicyStatement({ effect: Effect.DENY, principals: [new AnyPrincipal()], actions: [denied], resources }),
  );
}

test('a bucket with autoDeleteObjects is destroyed with its objects', async () => {
  await rehearse(app => site(app, 'site'), async ({ failures }, simulation, outdir) => {
    expect(failures).toEqual([]);
    for (const key of ['index.html', 'a folder/with+odd & <names>.txt']) {
      simulation.s3.write('site', key, Buffer.from('hello'));
    }
    expect(await destroyAssembly(simulation, outdir)).toMatchObject({ failures: [], succeeded: true });
    expect(simulation.s3.bucket('site')).toBeUndefined();
    expect(simulation.cloudformation.all.filter(({ deleted, isSeed }) => !deleted && !isSeed)).toEqual([]);
  });
});

test('a bucket with autoDeleteObjects is replaced without leftovers', async () => {
  await rehearse(app => site(app, 'old-site'), async (_, simulation, outdir) => {
    simulation.s3.write('old-site', 'index.html', Buffer.from('hello'));
    const app = new App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false });
    site(app, 'new-site');
    app.synth();
    expect(await deployAssembly(simulation, outdir)).toMatchObject({ failures: [], succeeded: true });
    expect(simulation.s3.bucket('old-site')).toBeUndefined();
    simulation.s3.write('new-site', 'index.html', Buffer.from('hello'));
    expect(await destroyAssembly(simulation, outdir)).toMatchObject({ failures: [], succeeded: true });
    expect(simulation.s3.bucket('new-site')).toBeUndefined();
  });
});

test.each(['s3:GetBucketTagging', 's3:ListBucketVersions', 's3:DeleteObject', 's3:DeleteObjectVersion'])(
  'a bucket is not emptied without permission for %s',
  async action => {
    await rehearse(
      app => site(app, 'site', action),
      async (_, simulation, outdir) => {
        simulation.s3.write('site', 'index.html', Buffer.from('hello'));
        const { failures } = await destroyAssembly(simulation, outdir);
        expect(failures[0].reason).toMatch(
          new RegExp(
            `is not authorized to perform: ${action} on resource: .* with an explicit deny in a resource-based policy`,
          ),
        );
        expect(simulation.s3.read('site', 'index.html')).toBeDefined();
      },
    );
  },
);

test.each(['s3:GetBucketPolicy', 's3:PutBucketPolicy'])(
  'a bucket is emptied without permission for %s, which is logged',
  async action => {
    await rehearse(
      app => site(app, 'site', action),
      async (_, simulation, outdir) => {
        expect(await destroyAssembly(simulation, outdir)).toMatchObject({ failures: [], succeeded: true });
        expect(simulation.lambda.log.map(({ text }) => text)).toContainEqual(
          expect.stringContaining("Could not set new object deny policy on bucket 'site' prior to deletion."),
        );
      },
    );
  },
);
