import * as v from 'valibot';
import type { StateMachine } from './definition';
import { Interpreter, StateFailure, type ExecutionScope, type Running } from './interpreter';
import { permissions } from './permissions';
import { StateMachineType } from './resource-types';
import { Identifiers } from '../../core/identifiers';
import { read } from '../../core/protocol/read';
import {
  AwsError,
  type Call,
  type Environment,
  type Operation,
  type ResourceType,
  type Service,
} from '../../core/service';
import type { Access } from '../iam/access';
import type { Identities } from '../iam/identities';
import type { Lambda } from '../lambda/service';

/** An execution, as it shows itself to users. */
export type ExecutionSummary = Omit<Execution, 'running'>;

interface Execution {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  readonly input: string;
  readonly startDate: Date;
  readonly running: Running;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';
  stopDate?: Date;
  output?: string;
  error?: string;
  cause?: string;
}

/** Name of an execution: no white space and no characters with a meaning in paths or ARNs. */
// eslint-disable-next-line no-control-regex
const NAME = /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]{1,80}$/;
const StartExecution = v.object({
  stateMachineArn: v.string(),
  name: v.optional(v.string()),
  input: v.optional(v.string(), '{}'),
});
const ByExecution = v.object({ executionArn: v.string() });
const ByMachine = v.object({ stateMachineArn: v.string() });

/** AWS Step Functions: standard executions, interpreted in this process; tasks invoke simulated functions. */
export class StepFunctions implements Service {
  public readonly name = 'states';
  public readonly protocol = 'json';
  public readonly namespace = 'AWSStepFunctions';
  public readonly operations: Record<string, Operation> = {
    StartExecution: async call => this.start(call),
    DescribeExecution: async call => this.describeExecution(call),
    StopExecution: async call => this.stop(call),
    DescribeStateMachine: async call => this.describeMachine(call),
  };
  public readonly permissions = permissions;
  public readonly resourceTypes: Record<string, ResourceType>;
  private readonly machines = new Map<string, StateMachine>();
  private readonly executions = new Map<string, Execution>();
  private readonly interpreter: Interpreter;
  private readonly identifiers = new Identifiers('execution');

  /** @param access absent: state machines are allowed to do everything */
  public constructor(
    private readonly environment: Environment,
    lambda: Lambda,
    private readonly iam: Identities,
    private readonly access?: Access,
  ) {
    this.interpreter = new Interpreter(environment.clock, lambda);
    this.resourceTypes = { 'AWS::StepFunctions::StateMachine': new StateMachineType(environment, this.machines) };
  }

  public async close(): Promise<void> {
    for (const execution of this.executions.values()) {
      if (execution.status === 'RUNNING') execution.running.abort();
    }
  }

  /** All executions, oldest first. */
  public get all(): readonly ExecutionSummary[] {
    return [...this.executions.values()];
  }

  private start(call: Call): Record<string, unknown> {
    const request = read(StartExecution, call.input);
    const machine = this.machine(request.stateMachineArn);
    const name = request.name ?? this.identifiers.uuid();
    if (!NAME.test(name)) throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
    if (!isJson(request.input)) {
      throw new AwsError('InvalidExecutionInput', 'Invalid State Machine Execution Input: the input is not JSON');
    }
    const executionArn = `${machine.arn.replace(':stateMachine:', ':execution:')}:${name}`;
    const known = this.executions.get(executionArn);
    if (known && (known.input !== request.input || known.status !== 'RUNNING')) {
      throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${executionArn}'`);
    }
    const execution = known ?? this.run(machine, executionArn, name, request.input);
    return { executionArn, startDate: execution.startDate };
  }

  private run(machine: StateMachine, executionArn: string, name: string, input: string): Execution {
    const { clock } = this.environment;
    const startDate = new Date(clock.now());
    const scope = this.scopeOf(machine, executionArn, name);
    const running = this.interpreter.run(machine.definition, JSON.parse(input), scope);
    const execution: Execution = {
      executionArn,
      stateMachineArn: machine.arn,
      name,
      input,
      startDate,
      running,
      status: 'RUNNING',
    };
    this.executions.set(executionArn, execution);
    const end = clock.work();
    void running.result
      .then(
        output => this.finish(execution, { status: 'SUCCEEDED', output: JSON.stringify(output) }),
        (failure: unknown) => this.finish(execution, { status: 'FAILED', ...describeFailure(failure) }),
      )
      .finally(end);
    return execution;
  }

  private scopeOf(machine: StateMachine, executionArn: string, name: string): ExecutionScope {
    const [, , , region, accountId] = machine.arn.split(':');
    return {
      accountId,
      region,
      context: {
        Execution: { Id: executionArn, Name: name, RoleArn: machine.roleArn },
        StateMachine: { Id: machine.arn, Name: machine.name },
      },
      permit: functionArn => this.permit(machine, name, functionArn),
    };
  }

  private permit(machine: StateMachine, executionName: string, functionArn: string): void {
    const [region, caller] = [machine.arn.split(':')[3], this.iam.sessionOf(machine.roleArn, executionName)];
    this.access?.assertAllowed({ caller, region, action: 'lambda:InvokeFunction', resource: functionArn });
  }

  private finish(execution: Execution, end: Pick<Execution, 'status' | 'output' | 'error' | 'cause'>): void {
    if (execution.status !== 'RUNNING') return;
    Object.assign(execution, end, { stopDate: new Date(this.environment.clock.now()) });
  }

  private stop(call: Call): Record<string, unknown> {
    const execution = this.execution(call);
    execution.running.abort();
    this.finish(execution, { status: 'ABORTED' });
    return { stopDate: execution.stopDate };
  }

  private describeExecution(call: Call): Record<string, unknown> {
    const { running, ...execution } = this.execution(call);
    return execution;
  }

  private describeMachine(call: Call): Record<string, unknown> {
    const machine = this.machine(read(ByMachine, call.input).stateMachineArn);
    const { arn: stateMachineArn, name, roleArn } = machine;
    return {
      stateMachineArn,
      name,
      roleArn,
      status: 'ACTIVE',
      type: 'STANDARD',
      definition: JSON.stringify(machine.definition),
    };
  }

  private machine(arn: string): StateMachine {
    const machine = this.machines.get(arn);
    if (!machine) throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    return machine;
  }

  private execution(call: Call): Execution {
    const { executionArn } = read(ByExecution, call.input);
    const execution = this.executions.get(executionArn);
    if (!execution) throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${executionArn}'`);
    return execution;
  }
}

function describeFailure(failure: unknown): { error: string; cause: string } {
  if (failure instanceof StateFailure) return { error: failure.name, cause: failure.message };
  return { error: 'States.Runtime', cause: failure instanceof Error ? failure.message : String(failure) };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
