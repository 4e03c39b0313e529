import { sessionName, withSessionName } from '../../lambda/shared/session-name';

const REQUEST = '0b6f0c1e-5a7e-4c1e-9c77-51ad2f1e8d10';

async function nameOf(subject: string, requestId: string): Promise<string> {
  return withSessionName(subject, requestId, async () => sessionName());
}

test('a session is named after the environment and the complete id of the request', async () => {
  expect(await nameOf('prod', REQUEST)).toBe(`prod.${REQUEST}`);
});

test('the name has at most 64 characters that STS accepts, with the complete id of the request', async () => {
  const name = await nameOf('an environment with a long name, and ümlauts', REQUEST);
  expect(name).toMatch(/^[\w+=,.@-]{64}$/);
  expect(name).toBe(`an-environment-with-a-long-.${REQUEST}`);
  expect(await nameOf('prod', 'x'.repeat(200))).toMatch(/^[\w+=,.@-]{64}$/);
});

test('concurrent requests have names of their own; outside of a request, there is a default', async () => {
  expect(await Promise.all(['dev', 'prod'].map(async name => nameOf(name, '1')))).toEqual(['dev.1', 'prod.1']);
  expect(sessionName()).toBe('org-environments');
});
