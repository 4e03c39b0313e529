import { AwsOrganization } from '../../lambda/account/aws';
import { withEndpoint } from '../fixtures/endpoint';

const account = {
  accountName: 'shop-dev',
  email: 'aws+dev@example.com',
  roleName: 'OrganizationAccountAccessRole',
  tags: {},
};

/** Does the work that is asked for, and loses the answer: on the network, or behind an error of its own. */
async function losing(
  how: 'the connection' | 'an error',
  work: (directory: AwsOrganization) => Promise<unknown>,
): Promise<string[]> {
  const done: string[] = [];
  await withEndpoint(
    (request, response) => {
      done.push(String(request.headers['x-amz-target']).split('.')[1] ?? '');
      if (how === 'the connection') {
        request.socket.destroy();
      } else {
        response.writeHead(500, { 'content-type': 'application/x-amz-json-1.1' }).end('{"__type":"ServiceException"}');
      }
    },
    async () => {
      await expect(work(new AwsOrganization({ partition: 'aws', cicdAccount: '222222222222' }))).rejects.toThrow();
    },
  );
  return done;
}

describe.each(['the connection', 'an error'] as const)('when the answer is lost with %s', how => {
  test('the creation of an account is asked for once: AWS would take the second time for another account', async () => {
    expect(await losing(how, directory => directory.createAccount(account))).toEqual(['CreateAccount']);
  });

  test('a question is asked again', async () => {
    const asked = await losing(how, directory => directory.root());
    expect(asked.length).toBeGreaterThan(1);
    expect(new Set(asked)).toEqual(new Set(['ListRoots']));
  });
});
