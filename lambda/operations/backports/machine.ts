import {
  ExecutionAlreadyExists, SFNClient, StartExecutionCommand, StateMachineDoesNotExist,
} from '@aws-sdk/client-sfn';
import { noBackports } from './errors';
import type { BackportMachine } from './operations';
import type { BackportMachineInput } from '../../../src/backport/contract';
import { NAMES } from '../../../src/private/contract';
import { clientDefaults } from '../../shared/clients';

/** Executions of Step Functions in the account and region of the function. */
export class AwsBackportMachine implements BackportMachine {
  private readonly client = new SFNClient(clientDefaults());

  public constructor(private readonly place: {
    readonly partition: string; readonly region: string; readonly accountId: string;
  }) {}

  public async start(backportId: string): Promise<void> {
    const { partition, region, accountId } = this.place;
    const stateMachineArn = `arn:${partition}:states:${region}:${accountId}:stateMachine:${NAMES.backportMachine}`;
    const input: BackportMachineInput = { backportId };
    try {
      await this.client.send(new StartExecutionCommand({
        stateMachineArn, name: backportId, input: JSON.stringify(input),
      }));
    } catch (error) {
      if (error instanceof StateMachineDoesNotExist) throw noBackports();
      if (!(error instanceof ExecutionAlreadyExists)) throw error;
    }
  }
}
