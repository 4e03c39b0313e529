import { awsError, FakeApi } from './fake-api';
import { ContentsCleaner } from '../../lambda/clean/table/contents-cleaner';

const REGION = 'eu-west-1';
const LEASED_AT = Date.parse('2026-11-01T00:00:00Z');
const ASSETS = `cdk-hnb659fds-assets-333333333333-${REGION}`;
const ARTIFACTS = `org-environments-artifacts-333333333333-${REGION}`;
const [BEFORE, AFTER] = ['2026-10-31T23:59:59.000Z', '2026-11-01T00:00:01.000Z'];
const contents = (bucket: string) =>
  ({ type: 'OrgEnvironments::Bucket::Contents', region: REGION, id: `${bucket}/*`, cleaner: 'contents', tags: {} });
const version = (Key: string, LastModified: string) => ({ Key, VersionId: `v-${Key}`, LastModified });

function cleaner(answers: ConstructorParameters<typeof FakeApi>[0]) {
  const api = new FakeApi(answers);
  const lease = { accountId: '333333333333', region: REGION, leasedAt: LEASED_AT };
  return { api, contents: new ContentsCleaner(api, lease) };
}

test('the contents of a bucket are listed if the lease has put something into it', async () => {
  const { contents: one } = cleaner({
    [`s3:GET /${ASSETS}?versions`]: { Version: [version('old', BEFORE)], DeleteMarker: version('gone', AFTER) },
    [`s3:GET /${ARTIFACTS}?versions`]: { Version: [version('old', BEFORE)] },
  });
  expect(await one.list({ region: REGION })).toEqual({ resources: [contents(ASSETS)] });
});

test('only the region of the bootstrap is looked at, and a bucket that does not exist is empty', async () => {
  const { api, contents: one } = cleaner({ [`s3:GET /${ASSETS}?versions`]: awsError('NoSuchBucket') });
  expect(await one.list({ region: 'us-east-1' })).toEqual({ resources: [] });
  expect(api.calls).toEqual([]);
  expect(await one.list({ region: REGION })).toEqual({ resources: [] });
});

test('a denied list is not seen', async () => {
  const { contents: one } = cleaner({ [`s3:GET /${ASSETS}?versions`]: awsError('AccessDenied', 'no') });
  expect(await one.list({ region: REGION })).toEqual({ unlisted: 'AccessDenied: no', isDenied: true });
});

test('the versions of the lease are deleted on all pages, and older ones are kept', async () => {
  const { api, contents: one } = cleaner({
    [`s3:GET /${ASSETS}?versions`]: [
      { Version: [version('a', BEFORE), version('b', AFTER)], IsTruncated: 'true', NextKeyMarker: 'b' },
      { Version: [version('c', BEFORE)], IsTruncated: 'true', NextKeyMarker: 'c', NextVersionIdMarker: 'v-c' },
      { DeleteMarker: [version('d', AFTER)], IsTruncated: 'false' },
    ],
  });
  expect(await one.delete(contents(ASSETS))).toEqual({ state: 'deleted' });
  const bodies = api.calls.filter(({ operation }) => operation === `POST /${ASSETS}?delete`)
    .map(({ input }) => /<Key>.*<\/Key>/.exec(String(input.body))?.[0]);
  expect(bodies).toEqual(['<Key>b</Key>', '<Key>d</Key>']);
  expect(api.calls.at(-2)?.input).toEqual({ 'key-marker': 'c', 'version-id-marker': 'v-c' });
});

test('a bucket with many objects is continued where the last call has stopped', async () => {
  const page = (key: string) => ({ Version: [version(key, AFTER)], IsTruncated: 'true', NextKeyMarker: key });
  const last = { Version: [version('z', AFTER)], IsTruncated: 'false' };
  const pages = Array.from({ length: 20 }, (_, index) => page(`k${index}`));
  const { api, contents: one } = cleaner({ [`s3:GET /${ASSETS}?versions`]: [...pages, last] });
  const running = await one.delete(contents(ASSETS));
  expect(running).toEqual({ state: 'running', request: '{"key":"k19","version":""}' });
  expect(await one.status(contents(ASSETS), '{"key":"k19","version":""}')).toEqual({ state: 'deleted' });
  expect(api.calls.at(-2)?.input).toEqual({ 'key-marker': 'k19' });
});

test('an object that cannot be deleted is named', async () => {
  const { contents: one } = cleaner({
    [`s3:GET /${ASSETS}?versions`]: { Version: [version('a', AFTER)] },
    [`s3:POST /${ASSETS}?delete`]: { Error: { Key: 'a', Code: 'AccessDenied', Message: 'Access Denied' } },
  });
  expect(await one.delete(contents(ASSETS))).toEqual({
    state: 'failed', failure: { code: 'AccessDenied', message: "object 'a': Access Denied" },
  });
});
