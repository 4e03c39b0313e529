import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import type { SideClients } from './side-clients';
import type { EndpointRequest } from '../../../src/blue-green/contract';
import { isNamed } from '../../shared/errors';
import { EndpointMissingError } from '../errors';
import type { Side } from '../ports';

/** Reads where a side is reached, in its account. @throws EndpointMissingError if its application does not define it */
export async function endpointOf(clients: SideClients, side: Side, request: EndpointRequest): Promise<string> {
  switch (request.from) {
    case 'value':
      return request.value;
    case 'output':
      return outputOf(clients, side, request);
    case 'parameter':
      return parameterOf(clients, side, request.parameterName);
  }
}

async function outputOf(
  { cloudformation }: SideClients, side: Side, { stackName, outputName }: EndpointRequest & { readonly from: 'output' },
): Promise<string> {
  try {
    const { Stacks: [stack] = [] } = await cloudformation.send(new DescribeStacksCommand({ StackName: stackName }));
    const output = stack?.Outputs?.find(({ OutputKey: key }) => key === outputName)?.OutputValue;
    if (output !== undefined) return output;
    throw missing(side, `stack '${stackName}' has no output '${outputName}'`);
  } catch (error) {
    if (isNamed(error, 'ValidationError')) throw missing(side, `stack '${stackName}' does not exist`);
    throw error;
  }
}

async function parameterOf({ ssm }: SideClients, side: Side, parameterName: string): Promise<string> {
  try {
    const { Parameter: parameter } = await ssm.send(new GetParameterCommand({ Name: parameterName }));
    return parameter?.Value ?? '';
  } catch (error) {
    if (isNamed(error, 'ParameterNotFound')) throw missing(side, `parameter '${parameterName}' does not exist`);
    throw error;
  }
}

function missing({ name, pipeline: { accountId } }: Side, problem: string): Error {
  return new EndpointMissingError(
    `the endpoint of side ${name} cannot be read, because ${problem} in account ${accountId}: `
      + 'let the application define it, or correct the endpoint of the environment',
  );
}
