import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { DescribeImagesCommand, ECRClient } from '@aws-sdk/client-ecr';
import { AwsError } from '../../../../rehearsal/core/service';
import { publishAssets } from '../../../../rehearsal/services/codebuild/publish-assets';
import { CICD, REGION, World } from '../world';

const ROLE = { assumeRoleArn: 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/publish-${AWS::Region}' };
const MANIFEST = JSON.stringify({
  files: {
    page: {
      source: { path: 'page.html' },
      destinations: {
        here: { ...ROLE, bucketName: 'assets-${AWS::AccountId}', objectKey: '${AWS::Partition}/${AWS::Region}.html' },
      },
    },
  },
  dockerImages: {
    image: {
      source: { directory: '.' },
      destinations: { here: { ...ROLE, repositoryName: 'images-${AWS::AccountId}', imageTag: '${AWS::Region}' } },
    },
  },
});
const [BUCKET, KEY, REPOSITORY] = [`assets-${CICD}`, `aws/${REGION}.html`, `images-${CICD}`];

let world: World;
let folder: string;
let output: string[];
let variables: NodeJS.ProcessEnv;

beforeEach(async () => {
  world = await World.start();
  folder = mkdtempSync(path.join(tmpdir(), 'publish-assets-'));
  writeFileSync(path.join(folder, 'page.html'), '<h1>shop</h1>');
  writeFileSync(path.join(folder, 'assets.json'), MANIFEST);
  world.s3.createBucket(CICD, REGION, BUCKET);
  await world.type('AWS::ECR::Repository').create({ RepositoryName: REPOSITORY }, world.context(CICD));
  world.iam.putRole({
    arn: `arn:aws:iam::${CICD}:role/publish-${REGION}`,
    roleName: `publish-${REGION}`,
    roleId: 'AROAPUBLISH',
    accountId: CICD,
    trust: {
      Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: `arn:aws:iam::${CICD}:root` } }],
    },
    policies: {},
    managedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'],
    tags: {},
  });
  output = [];
  for (const name of ['log', 'error'] as const) {
    jest.spyOn(console, name).mockImplementation((...parts: unknown[]) => { output.push(parts.join(' ')); });
  }
  const { endpoint, credentials: { accessKeyId } } = world.as(CICD, 'build');
  variables = { ...process.env };
  Object.assign(process.env, { AWS_ENDPOINT_URL: endpoint, AWS_ACCESS_KEY_ID: accessKeyId, AWS_REGION: REGION });
});
afterEach(async () => {
  process.env = variables;
  jest.restoreAllMocks();
  await world.stop();
  rmSync(folder, { recursive: true });
});

const tags = async (): Promise<unknown> => {
  const client = new ECRClient(world.as(CICD));
  const { imageDetails = [] } = await client.send(new DescribeImagesCommand({ repositoryName: REPOSITORY }));
  return imageDetails.flatMap(({ imageTags }) => imageTags);
};

test('the placeholders in destinations and roles are replaced by account, region and partition', async () => {
  expect([await publishAssets(['--path', folder, 'publish']), output]).toEqual([
    0, ['success: Published page:here', 'success: Published image:here'],
  ]);
  expect(world.s3.read(BUCKET, KEY)?.toString()).toBe('<h1>shop</h1>');
  expect(await tags()).toEqual([REGION]);
});

test.each([
  ['in front of the command', ['-v', '-p', 'assets.json', 'publish', 'page']],
  ['behind it', ['publish', '--verbose', '--path', 'assets.json', 'page:here']],
])('options may be %s, and only the named assets are published', async (_where, given) => {
  const named = given.map(argument => argument === 'assets.json' ? path.join(folder, argument) : argument);
  expect([await publishAssets(named), output]).toEqual([0, ['success: Published page:here']]);
});

test('without a path, the manifest is assets.json in the current folder', async () => {
  expect(await publishAssets(['publish'])).toBe(1);
  expect(output).toEqual([expect.stringMatching(/^fail: .*ENOENT: .* 'assets\.json'$/)]);
});

test.each([[['ls']], [['publish', '--profile', 'shop']]])('%j is not supported', async given => {
  expect(await publishAssets(given)).toBe(1);
  expect(output).toEqual([
    `the rehearsal supports only 'cdk-assets --path <file> publish <assets>', got '${given.join(' ')}'`,
  ]);
});

test.each([
  ['ThrottlingException', 2, 0, 'success: Published image:here'],
  ['ThrottlingException', 3, 1, 'fail: said "no"'],
  ['InvalidParameterException', 1, 1, 'fail: said "no"'],
])('after %s in %i attempts, the status is %i', async (code, times, status, line) => {
  let left = times;
  world.server.intercept(async ({ operation }) => {
    if (operation === 'PutImage' && left-- > 0) throw new AwsError(code, 'said "no"');
  });
  expect([await publishAssets(['-p', folder, 'publish', 'image']), output]).toEqual([status, [line]]);
});
