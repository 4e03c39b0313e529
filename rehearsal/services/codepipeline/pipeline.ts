import type { Declaration, Stage } from './declaration';
import type { Execution } from './execution';
import { AwsError } from '../../core/service';

/** A disabled transition: by whom, when and why. */
interface DisabledTransition {
  readonly reason: string;
  readonly by: string;
  readonly at: number;
}

/** The inbound transition of a stage and the executions at it. */
export class Gate {
  /** Execution that locks the stage. */
  public current?: Execution;
  /** Executions that wait for the stage, oldest first. */
  public readonly waiting: Execution[] = [];
  /** The execution that last entered the stage. */
  public latest?: Execution;
}

/** A pipeline and its executions. */
export class Pipeline {
  /** Whether the pipeline was deleted; its executions are kept. */
  public removed = false;
  public version = 0;
  /** Newest first. */
  public readonly executions: Execution[] = [];
  /** Disabled inbound transitions by stage name. */
  public readonly disabledTransitions = new Map<string, DisabledTransition>();
  public readonly createdAt: number;
  public updatedAt: number;
  private readonly gates = new Map<string, Gate>();

  public constructor(
    public readonly name: string,
    public readonly arn: string,
    public readonly accountId: string,
    public readonly region: string,
    public declaration: Declaration,
    at: number,
  ) {
    this.createdAt = at;
    this.updatedAt = at;
  }

  public gate(stageName: string): Gate {
    const known = this.gates.get(stageName) ?? new Gate();
    this.gates.set(stageName, known);
    return known;
  }

  public get stages(): readonly Stage[] {
    return this.declaration.Stages;
  }

  public stage(name: string): Stage {
    const found = this.stages.find(stage => stage.Name === name);
    if (found === undefined) {
      throw new AwsError('StageNotFoundException', `Pipeline '${this.name}' does not have a stage with name '${name}'`);
    }
    return found;
  }
}
