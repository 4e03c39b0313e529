import type { Stack } from '../../../../rehearsal/services/cloudformation/stack';
import { Simulation } from '../../../../rehearsal/simulation';
import type { SimulationOptions } from '../../../../rehearsal/simulation-options';

export const [MANAGEMENT, ACCOUNT] = ['999999999999', '222222222222'];
export const REGION = 'eu-west-1';

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly UpdateReplacePolicy?: string;
}

/** Stacks in virtual time. */
export class SchemaWorld {
  public static async start(options: Pick<SimulationOptions, 'uncheckedTypes'> = {}): Promise<SchemaWorld> {
    return new SchemaWorld(await Simulation.start({
      managementAccountId: MANAGEMENT, accounts: [{ accountId: ACCOUNT }], virtual: {}, ...options,
    }));
  }

  private constructor(public readonly simulation: Simulation) {}

  /** Creates or updates a stack. */
  public async deploy(
    name: string,
    Resources: Readonly<Record<string, Resource>>,
    outputs: Readonly<Record<string, unknown>> = {},
    accountId = ACCOUNT,
  ): Promise<Stack> {
    const { cloudformation } = this.simulation;
    const Outputs = Object.fromEntries(Object.entries(outputs).map(([key, Value]) => [key, { Value }]));
    const request = {
      accountId,
      region: REGION,
      name,
      body: JSON.stringify({ Resources, Outputs }),
      capabilities: ['CAPABILITY_NAMED_IAM'],
    };
    const known = cloudformation.find(accountId, REGION, name);
    return known ? cloudformation.update(request) : cloudformation.create(request);
  }

  public async stop(): Promise<void> {
    await this.simulation.stop();
  }
}

/** The reason of the first failure of a resource. */
export function failureOf({ events }: Stack): string | undefined {
  return events.find(({ status, type }) => status.endsWith('_FAILED') && type !== 'AWS::CloudFormation::Stack')?.reason;
}
