import { AwsHooks } from '../../lambda/release/aws/cicd';
import type { HookClients } from '../../lambda/release/aws/cicd';
import { awsError } from '../fixtures/aws-error';

const ARN = 'arn:aws:lambda:eu-west-1:222222222222:function:check';
const FUNCTION = { kind: 'function', functionArn: ARN } as const;
const PROJECT = { kind: 'project', projectName: 'smoke-tests' } as const;

interface Sent {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** Hooks whose clients answer each command by its name, and keep what was sent. */
function hooks(answers: Readonly<Record<string, object | Error>>) {
  const sent: Sent[] = [];
  const send = async (
    command: { readonly constructor: { readonly name: string }; readonly input: object },
    options?: { readonly abortSignal?: AbortSignal },
  ): Promise<object> => {
    const { name } = command.constructor;
    sent.push({ name, input: { ...command.input } });
    options?.abortSignal?.throwIfAborted();
    const answer = answers[name] ?? {};
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { sent, aws: new AwsHooks({ lambda: { send }, codebuild: { send } } as unknown as HookClients) };
}

const payload = (text: string) => new Uint8Array(Buffer.from(text));

describe('a function as a hook', () => {
  test('receives the event with a token, and succeeds when it returns', async () => {
    const { aws, sent } = hooks({ InvokeCommand: { Payload: payload('null') } });
    const run = await aws.start(FUNCTION, 'release-1-before', { environmentName: 'prod', head: 'c1' });
    expect(await aws.state(FUNCTION, run)).toEqual({ state: 'succeeded' });
    expect(sent.map(({ name }) => name)).toEqual(['InvokeCommand']);
    const [{ input: { FunctionName: name, Payload: given } }] = sent as [Sent];
    expect(name).toBe(ARN);
    expect(JSON.parse(String(given))).toEqual({ environmentName: 'prod', head: 'c1', token: 'release-1-before' });
  });

  test.each([
    ['the message of its error', '{"errorType":"Error","errorMessage":"no stock"}', 'no stock'],
    ['a payload without message', '{"code":7}', '{"code":7}'],
    ['a payload that is no JSON', 'Runtime exited', 'Runtime exited'],
    ['a payload that is no object', '"why"', '"why"'],
    ['a payload that is null', 'null', 'null'],
  ])('fails with %s', async (_title, text, why) => {
    const { aws } = hooks({ InvokeCommand: { FunctionError: 'Unhandled', Payload: payload(text) } });
    const run = await aws.start(FUNCTION, 'token', {});
    expect(await aws.state(FUNCTION, run)).toEqual({ state: 'failed', why: `function '${ARN}' failed: ${why}` });
    expect(await aws.health(ARN, {})).toEqual({ isGood: false, problem: `function '${ARN}' failed: ${why}` });
  });

  test('fails after 90 seconds', async () => {
    const timeout = jest.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.abort());
    const { aws } = hooks({});
    const why = `function '${ARN}' did not end within 90 seconds`;
    expect(await aws.state(FUNCTION, await aws.start(FUNCTION, 'token', {}))).toEqual({ state: 'failed', why });
    expect(timeout).toHaveBeenCalledWith(90_000);
    timeout.mockRestore();
  });

  test('cannot be called without permission: the error of AWS is thrown', async () => {
    const { aws } = hooks({ InvokeCommand: awsError('AccessDeniedException', 'not authorized') });
    await expect(aws.start(FUNCTION, 'token', {})).rejects.toThrow('not authorized');
    await expect(aws.health(ARN, {})).rejects.toThrow('not authorized');
  });
});

describe('a function as a health check', () => {
  test('receives the event, and is good when it returns', async () => {
    const { aws, sent } = hooks({ InvokeCommand: {} });
    expect(await aws.health(ARN, { side: 'green' })).toEqual({ isGood: true });
    expect(JSON.parse(String(sent[0]?.input.Payload))).toEqual({ side: 'green' });
  });
});

describe('a project as a hook', () => {
  test('is started once for a token, with the event as variables', async () => {
    const { aws, sent } = hooks({ StartBuildCommand: { build: { id: 'smoke-tests:1' } } });
    const event = { environmentName: 'prod', to: { side: 'green', accountId: '444444444444' } };
    expect(await aws.start(PROJECT, 'release-1-after', event)).toBe('smoke-tests:1');
    expect(sent).toEqual([{
      name: 'StartBuildCommand',
      input: {
        projectName: 'smoke-tests',
        idempotencyToken: 'release-1-after',
        environmentVariablesOverride: [
          { name: 'RELEASE_ENVIRONMENTNAME', value: 'prod' },
          { name: 'RELEASE_TO', value: '{"side":"green","accountId":"444444444444"}' },
        ],
      },
    }]);
  });

  test.each([
    ['IN_PROGRESS', { state: 'running' }],
    ['SUCCEEDED', { state: 'succeeded' }],
    ['FAILED', { state: 'failed', why: 'build smoke-tests:1 is FAILED' }],
    ['STOPPED', { state: 'failed', why: 'build smoke-tests:1 is STOPPED' }],
  ])('whose build is %s has the state %j', async (buildStatus, state) => {
    const { aws, sent } = hooks({ BatchGetBuildsCommand: { builds: [{ buildStatus }] } });
    expect(await aws.state(PROJECT, 'smoke-tests:1')).toEqual(state);
    expect(sent[0]?.input).toEqual({ ids: ['smoke-tests:1'] });
  });

  test('whose build was deleted has failed', async () => {
    const { aws } = hooks({ BatchGetBuildsCommand: { builds: [], buildsNotFound: ['smoke-tests:1'] } });
    const why = 'build smoke-tests:1 is unknown';
    expect(await aws.state(PROJECT, 'smoke-tests:1')).toEqual({ state: 'failed', why });
  });
});
