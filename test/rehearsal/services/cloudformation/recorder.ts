import type { Stack } from '../../../../rehearsal/services/cloudformation/stack';
import { Simulation } from '../../../../rehearsal/simulation';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';
export const FUNCTION_ARN = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:recorder`;

/** Responds to custom resources as their properties say, and logs the requests. */
const HANDLER = `
const https = require('https');
const calls = {};
exports.handler = async event => {
  const { ResponseURL, ...seen } = event;
  console.log('EVENT ' + JSON.stringify(seen));
  const properties = event.ResourceProperties;
  if (properties.crash === event.RequestType) process.exit(3);
  if (properties.silent === event.RequestType) return;
  const failed = properties.fail === event.RequestType;
  const PhysicalResourceId = properties.id ?? event.PhysicalResourceId ?? 'made-' + event.LogicalResourceId;
  const answer = {
    Status: failed ? 'FAILED' : 'SUCCESS', Reason: 'asked to fail', PhysicalResourceId,
    StackId: event.StackId, RequestId: event.RequestId, LogicalResourceId: event.LogicalResourceId,
    Data: { value: 'value of ' + PhysicalResourceId, filler: '' },
  };
  if (properties.bytes && event.RequestType === 'Create') {
    answer.Data.filler = 'x'.repeat(Number(properties.bytes) - Buffer.byteLength(JSON.stringify(answer)));
  }
  const body = JSON.stringify(answer);
  if (properties.late) await new Promise(resolve => setTimeout(resolve, Number(properties.late)));
  const { hostname, pathname, search } = new URL(ResponseURL);
  const status = await new Promise((resolve, reject) => {
    const options = { hostname, path: pathname + search, method: 'PUT' };
    const request = https.request(options, response => resolve(response.statusCode));
    request.on('error', reject);
    request.end(body);
  });
  console.log('ANSWERED ' + status);
};`;

export interface RecordedEvent {
  readonly RequestType: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly RequestId: string;
  readonly ResourceProperties: Readonly<Record<string, unknown>>;
  readonly OldResourceProperties?: Readonly<Record<string, unknown>>;
}

type Resources = Readonly<Record<string, unknown>>;

/** A simulated account with a function that records and responds to custom resource requests. */
export class Recorder {
  public static async start(scale = 600): Promise<Recorder> {
    const recorder = new Recorder(await Simulation.start({ managementAccountId: ACCOUNT, scale }));
    const trust = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };
    const role = { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: { Statement: [trust] } } };
    const properties = {
      FunctionName: 'recorder',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Timeout: 10,
      Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
      Code: { ZipFile: HANDLER },
    };
    await recorder.deploy('recorder', {
      Role: role,
      Function: { Type: 'AWS::Lambda::Function', Properties: properties },
    });
    return recorder;
  }

  private constructor(public readonly simulation: Simulation) {}

  /** Creates or updates the stack and waits for the end. */
  public async deploy(
    name: string,
    resources: Resources,
    rest: Readonly<Record<string, unknown>> = {},
  ): Promise<Stack> {
    const request = {
      accountId: ACCOUNT,
      region: REGION,
      name,
      body: JSON.stringify({ Resources: resources, ...rest }),
      capabilities: ['CAPABILITY_NAMED_IAM'],
    };
    const { cloudformation } = this.simulation;
    return cloudformation.find(ACCOUNT, REGION, name) ? cloudformation.update(request) : cloudformation.create(request);
  }

  public async remove(name: string): Promise<Stack | undefined> {
    return this.simulation.cloudformation.remove(ACCOUNT, REGION, name);
  }

  /** The requests for the resources of a stack, in order. */
  public events(stack: Stack): RecordedEvent[] {
    return this.simulation.lambda.log
      .filter(({ text }) => text.startsWith('EVENT ') && text.includes(stack.id))
      .map(({ text }) => JSON.parse(text.slice(6)));
  }

  /** The requests in short form: `Create A`, `Update A made-A`. */
  public requests(stack: Stack): string[] {
    return this.events(stack).map(({ RequestType, LogicalResourceId, PhysicalResourceId }) =>
      [RequestType, LogicalResourceId, PhysicalResourceId].filter(part => part !== undefined).join(' '),
    );
  }

  public async stop(): Promise<void> {
    await this.simulation.stop();
  }
}

/** A custom resource that the recorder handles. */
export function custom(
  properties: Readonly<Record<string, unknown>> = {},
  rest: Readonly<Record<string, unknown>> = {},
): unknown {
  return { Type: 'Custom::Recorded', Properties: { ServiceToken: FUNCTION_ARN, ...properties }, ...rest };
}
