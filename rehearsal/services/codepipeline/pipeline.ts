import type { Declaration, Stage } from './declaration';
import type { Execution } from './execution';
import { AwsError } from '../../core/service';

/** Who disabled the transition into a stage, when and why. */
interface DisabledTransition {
  readonly reason: string;
  readonly by: string;
  readonly at: number;
}

/** The way into a stage, and who is in it. */
export class Gate {
  /** The execution that has the stage for itself. */
  public current?: Execution;
  /** Those that wait to enter, the oldest first. */
  public readonly waiting: Execution[] = [];
  /** The execution that entered last. */
  public latest?: Execution;
}

/** A pipeline and all that has run in it. */
export class Pipeline {
  /** What has run in it is still of interest. */
  public removed = false;
  public version = 0;
  /** The newest first. */
  public readonly executions: Execution[] = [];
  /** By the name of the stage whose inbound transition is disabled. */
  public readonly disabledTransitions = new Map<string, DisabledTransition>();
  public readonly createdAt: number;
  public updatedAt: number;
  private readonly gates = new Map<string, Gate>();

  public constructor(
    public readonly name: string, public readonly arn: string, public readonly accountId: string, public readonly region: string,
    public declaration: Declaration, at: number,
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
    if (found === undefined) throw new AwsError('StageNotFoundException', `Pipeline '${this.name}' does not have a stage with name '${name}'`);
    return found;
  }
}
