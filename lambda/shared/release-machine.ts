import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { clientDefaults } from './clients';

/** The executions of the state machine that makes releases. */
export interface ReleaseMachine {
  /**
   * Starts the execution of a release, unless it was started before. Returns whether it is in progress; if not, it has
   * ended.
   */
  start(machineArn: string, releaseId: string, environmentName: string): Promise<boolean>;
}

/** Executions of Step Functions. */
export class AwsReleaseMachine implements ReleaseMachine {
  private readonly client = new SFNClient(clientDefaults());

  /** A repeated call succeeds while the execution is in progress. A description of it could be outdated. */
  public async start(stateMachineArn: string, name: string, environmentName: string): Promise<boolean> {
    const input = JSON.stringify({ environmentName, releaseId: name });
    try {
      await this.client.send(new StartExecutionCommand({ stateMachineArn, name, input }));
      return true;
    } catch (error) {
      if (error instanceof ExecutionAlreadyExists) return false;
      throw error;
    }
  }
}
