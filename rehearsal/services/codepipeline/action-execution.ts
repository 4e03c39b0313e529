import { ActionError, type ActionOutcome, type ActionRunner } from './actions/action';
import type { Action, ArtifactStore } from './declaration';
import { ActionRun, type Execution, type StageRun } from './execution';
import type { Notifications } from './notifications';
import type { Pipeline } from './pipeline';
import { resolved } from './variables';
import type { Clock } from '../../core/clock';
import type { Identifiers } from '../../core/identifiers';
import { AwsError } from '../../core/service';
import type { ArtifactLocation } from '../codebuild/build';
import type { Actor, ServiceRoles } from '../iam/service-roles';
import type { ArtifactStore as ArtifactStorage } from '../s3/artifacts';

/** Aborted when the action is not needed any more. */
const ABANDONED = Symbol('abandoned');

interface ActionWorld {
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly notifications: Notifications;
  readonly roles: ServiceRoles;
  readonly artifacts: ArtifactStorage;
  /** Actions by category and provider, for example `Build/CodeBuild`. */
  readonly runners: Readonly<Record<string, ActionRunner>>;
}

/** Runs actions. */
export class ActionExecution {
  public constructor(private readonly world: ActionWorld) {}

  public async run(pipeline: Pipeline, execution: Execution, stage: StageRun, action: Action): Promise<ActionRun> {
    const { clock, identifiers, notifications } = this.world;
    const inputs = action.InputArtifacts.flatMap(({ Name }) => execution.artifacts.get(Name) ?? []);
    const run = new ActionRun(identifiers.uuid(), stage.stage.Name, action, inputs, clock.now());
    if (action.ActionTypeId.Category === 'Approval') run.token = identifiers.uuid();
    stage.actions.set(action.Name, run);
    execution.actionRuns.unshift(run);
    notifications.action(pipeline, execution, run, 'STARTED');
    try {
      const outcome = await abandonable(execution, this.perform(pipeline, execution, run));
      if (outcome === ABANDONED) run.status = 'Abandoned';
      else this.succeed(execution, run, outcome);
    } catch (error) {
      run.status = 'Failed';
      run.error = describedError(error);
    }
    run.updatedAt = clock.now();
    notifications.action(pipeline, execution, run, run.status.toUpperCase());
    return run;
  }

  /** Returns the role of the action, otherwise the role of the pipeline. */
  public actorFor(pipeline: Pipeline, own: { readonly RoleArn?: string; readonly Region?: string }): Actor {
    const { RoleArn: roleArn } = pipeline.declaration;
    const sessionName = String(Math.floor(this.world.clock.now()));
    const place = { sourceArn: pipeline.arn, region: own.Region ?? pipeline.region, sessionName };
    const actor = this.world.roles.assumeAsService(roleArn, 'codepipeline.amazonaws.com', place);
    if (actor === undefined) {
      throw new ActionError(
        'PermissionError',
        `CodePipeline is not authorized to perform AssumeRole on role ${roleArn}`,
      );
    }
    return own.RoleArn === undefined ? actor : actor.assume(own.RoleArn, sessionName);
  }

  private async perform(pipeline: Pipeline, execution: Execution, run: ActionRun): Promise<ActionOutcome> {
    const { Category: category, Provider: provider } = run.action.ActionTypeId;
    const runner = this.world.runners[`${category}/${provider}`];
    if (runner === undefined) {
      throw new ActionError(
        'ConfigurationError',
        `the rehearsal does not run actions of ${category}/${provider}, only of `
          + `${Object.keys(this.world.runners).join(', ')}`,
      );
    }
    const configured = Object.entries(run.action.Configuration);
    run.configuration = Object.fromEntries(
      configured.map(([name, value]) => [name, resolved(textOf(value), execution)]),
    );
    const actor = this.actorFor(pipeline, run.action);
    const { region } = actor;
    run.inputs = this.inRegion(pipeline, run, region);
    run.outputs = run.action.OutputArtifacts.map(({ Name }) => this.locationOf(pipeline, Name, region));
    return runner({ pipeline, execution, run, actor, outputs: run.outputs });
  }

  private succeed(execution: Execution, run: ActionRun, { summary, variables = {} }: ActionOutcome): void {
    run.status = 'Succeeded';
    run.summary = summary;
    run.variables = variables;
    for (const output of run.outputs) execution.artifacts.set(output.name, output);
    if (run.action.Namespace !== undefined) execution.namespaces.set(run.action.Namespace, variables);
  }

  /** Copies artifacts of other regions into the store of the region of an action, with the role of the pipeline. */
  private inRegion(pipeline: Pipeline, run: ActionRun, region: string): readonly ArtifactLocation[] {
    if (pipeline.declaration.ArtifactStores.length === 0) return run.inputs;
    const { Location: bucket } = storeOf(pipeline, region);
    return run.inputs.map(input => {
      if (input.bucket === bucket) return input;
      const actor = this.actorFor(pipeline, {});
      const copy = this.locationOf(pipeline, input.name, region);
      this.world.artifacts.put(actor, copy, this.world.artifacts.get(actor, input));
      return copy;
    });
  }

  private locationOf(pipeline: Pipeline, name: string, region: string): ArtifactLocation {
    const store = storeOf(pipeline, region);
    const key = `${pipeline.name.slice(0, 20)}/${name.slice(0, 10)}/${this.world.identifiers.next(7, 'lower')}`;
    return { name, bucket: store.Location, key, encryptionKey: store.EncryptionKey?.Id };
  }
}

function storeOf({ name, region: home, declaration }: Pipeline, region: string): ArtifactStore {
  const { ArtifactStore: only, ArtifactStores: stores } = declaration;
  const store = stores.find(({ Region }) => Region === region)?.ArtifactStore ?? (region === home ? only : undefined);
  if (store !== undefined) return store;
  throw new ActionError('ConfigurationError', `pipeline ${name} has no artifact store in region ${region}`);
}

async function abandonable<Result>(execution: Execution, work: Promise<Result>): Promise<Result | typeof ABANDONED> {
  const { signal } = execution.abandoned;
  return new Promise((resolve, reject) => {
    if (signal.aborted) resolve(ABANDONED);
    signal.addEventListener('abort', () => resolve(ABANDONED), { once: true });
    work.then(resolve, reject);
  });
}

function describedError(error: unknown): { readonly code: string; readonly message: string } {
  if (error instanceof ActionError) return { code: error.code, message: error.message };
  if (error instanceof AwsError) {
    return { code: error.code.startsWith('AccessDenied') ? 'PermissionError' : error.code, message: error.message };
  }
  // a bug of the rehearsal, not an error of AWS: log it
  console.error(error);
  return { code: 'InternalError', message: error instanceof Error ? error.message : String(error) };
}

function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
