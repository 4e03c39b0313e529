import type { Server } from '../../../../rehearsal/core/server';
import { HttpResponse } from '../../../../rehearsal/core/service';
import { VirtualClock } from '../../../../rehearsal/core/virtual-clock';
import { CdkHandlerExecution } from '../../../../rehearsal/services/lambda/cdk-handlers/execution';
import type { CdkHandler, HandlerTools } from '../../../../rehearsal/services/lambda/cdk-handlers/handler';
import type { Outcome } from '../../../../rehearsal/services/lambda/runtime-protocol';

const put = async ({ client }: HandlerTools, path: string): Promise<unknown> =>
  client.send({ service: 's3', operation: 'PutObject', method: 'PUT', path });

/** Puts two objects, and writes what happens. */
const handler: CdkHandler = async (_event, tools) => {
  try {
    await put(tools, '/one');
    await put(tools, '/two');
    tools.write('done');
    return { status: 'SUCCESS', reason: '', id: 'id' };
  } catch (error) {
    tools.write(String(error));
    return { status: 'FAILED', reason: String(error), id: 'id' };
  }
};

/** Runs the handler with the answer of the server. Returns what was called, also after the end. */
async function run(
  answer: (path: string, execution: CdkHandlerExecution) => HttpResponse, timeoutSeconds = 60,
): Promise<{ outcome: Outcome; calls: string[]; lines: string[] }> {
  const clock = new VirtualClock();
  const [calls, lines]: [string[], string[]] = [[], []];
  const server: Pick<Server, 'answer'> = {
    answer: async ({ path }) => {
      calls.push(path);
      return answer(path, execution);
    },
  };
  const execution = new CdkHandlerExecution({
    handler,
    server,
    variables: { AWS_ACCESS_KEY_ID: 'AKIA', AWS_REGION: 'eu-west-1', AWS_LAMBDA_LOG_STREAM_NAME: 'stream' },
    environment: { clock, partition: 'aws', endpoint: '', listens: false },
    write: line => { lines.push(line); },
  });
  const payload = JSON.stringify({
    RequestType: 'Create',
    ResponseURL: 'https://example.com/response',
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'Resource',
    ResourceProperties: {},
  });
  const outcome = await execution.invoke({ requestId: 'request', functionArn: 'arn', payload }, timeoutSeconds);
  await clock.sleep(60);
  return { outcome, calls, lines };
}

const OK = new HttpResponse(200);
const failure = (status: number, code: string): HttpResponse =>
  new HttpResponse(status, `<Error><Code>${code}</Code><Message>no</Message></Error>`);

test('a handler that ends makes its calls and responds', async () => {
  expect(await run(() => OK)).toEqual({
    outcome: { payload: 'null' }, calls: ['/one', '/two', '/response'], lines: ['done'],
  });
});

test('a handler that is killed during a call makes no further calls', async () => {
  const { outcome, calls, lines } = await run((_path, execution) => {
    execution.kill();
    return OK;
  });
  expect([outcome.error?.errorType, calls, lines]).toEqual(['Runtime.ExitError', ['/one'], []]);
});

test('a handler does not retry after its timeout', async () => {
  const { outcome, calls, lines } = await run(() => failure(500, 'InternalError'), 1.5);
  expect([outcome.error?.errorType, calls, lines]).toEqual(['Sandbox.Timedout', ['/one', '/one'], []]);
});

test.each([
  ['SlowDown', ['/one', '/one', '/two', '/response'], ['done']],
  ['AccessDenied', ['/one', '/response'],
    ['Error: An error occurred (AccessDenied) when calling the PutObject operation: no']],
])('after a first response with %s, the calls are %j', async (code, expected, written) => {
  let count = 0;
  const { calls, lines } = await run(() => count++ === 0 ? failure(400, code) : OK);
  expect([calls, lines]).toEqual([expected, written]);
});
