import {
  DescribeExecutionCommand, ExecutionAlreadyExists, SFNClient, StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { clientDefaults } from './clients';
import { isNamed } from './errors';

/** The executions of the state machine that makes releases. */
export interface ReleaseMachine {
  /** Starts an execution; a second start with the same name does nothing. */
  start(machineArn: string, releaseId: string, environmentName: string): Promise<void>;
  isRunning(machineArn: string, releaseId: string): Promise<boolean>;
}

/** Executions of Step Functions. */
export class AwsReleaseMachine implements ReleaseMachine {
  private readonly client = new SFNClient(clientDefaults());

  public async start(stateMachineArn: string, name: string, environmentName: string): Promise<void> {
    const input = JSON.stringify({ environmentName, releaseId: name });
    try {
      await this.client.send(new StartExecutionCommand({ stateMachineArn, name, input }));
    } catch (error) {
      if (!(error instanceof ExecutionAlreadyExists)) throw error;
    }
  }

  public async isRunning(stateMachineArn: string, name: string): Promise<boolean> {
    const executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
    try {
      return (await this.client.send(new DescribeExecutionCommand({ executionArn }))).status === 'RUNNING';
    } catch (error) {
      if (isNamed(error, 'ExecutionDoesNotExist')) return false;
      throw error;
    }
  }
}
