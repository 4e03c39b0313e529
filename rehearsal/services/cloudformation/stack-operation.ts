import { setMaxListeners } from 'node:events';
import { circle, inOrder, type Graph } from './graph';
import { references } from './references';
import { forecast, replacementsIn, type Forecast } from './replacements';
import { ResourceWork, type DesiredResource } from './resource-work';
import { checkProperties } from './schemas/check-properties';
import { asText, StackScope } from './scope';
import { refuseSecrets } from './secrets';
import type { Output, Replacement, Stack, StackResource, Target } from './stack';
import type { StackContext } from './stack-context';
import { formatError } from './template-format';
import { canonical, isFields, list, text } from './values';
import { messageOf } from '../../core/error-message';
import { AwsError } from '../../core/service';

/** What a deletion leaves. */
interface Kept {
  /** Logical ids of resources that remain. */
  readonly retained?: readonly string[];
  /** Whether what cannot be deleted remains. */
  readonly isForced?: boolean;
}

/** One operation on one stack: changes the stack to the target, or rolls it back. */
export class StackOperation {
  private readonly work: ResourceWork;
  private readonly cancelling = new AbortController();

  public constructor(private readonly context: StackContext, private readonly stack: Stack) {
    // all resources in progress listen
    setMaxListeners(0, this.cancelling.signal);
    this.work = new ResourceWork(context, stack, this.cancelling.signal);
  }

  /** Starts no further resources and aborts those in progress. */
  public cancel(): void {
    this.cancelling.abort();
  }

  public async create(onFailure: 'ROLLBACK' | 'DO_NOTHING'): Promise<void> {
    this.announce('CREATE_IN_PROGRESS', 'User Initiated');
    const failure = await this.apply(this.stack.target);
    // a deletion can replace a creation in progress
    if (this.stack.status !== 'CREATE_IN_PROGRESS') return;
    if (failure === undefined) return this.announce('CREATE_COMPLETE');
    if (onFailure === 'DO_NOTHING') return this.announce('CREATE_FAILED', failure);
    this.announce('ROLLBACK_IN_PROGRESS', failure);
    const left = await this.work.removeAll([...this.stack.resources.values()], { rollback: true });
    this.announce(
      left.length > 0 ? 'ROLLBACK_FAILED' : 'ROLLBACK_COMPLETE',
      left.length > 0 ? couldNot('delete', left) : undefined,
    );
  }

  public async update(target: Target): Promise<void> {
    const { target: before, outputs, imports } = this.stack;
    const verdicts = forecastOf(this.context, this.stack, target);
    const replaces = replacementsIn(verdicts, target, logicalId => pathOf(target, logicalId));
    this.announce('UPDATE_IN_PROGRESS', 'User Initiated', replaces);
    const failure = await this.apply(target);
    if (failure === undefined) {
      this.announce('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
      const wanted = new Set(new StackScope(this.context, this.stack, target).active());
      const dropped = [...this.stack.resources.values()].filter(({ logicalId }) => !wanted.has(logicalId));
      await this.cleanUp([...dropped, ...this.work.replaced], { rollback: false });
      for (const { logicalId } of dropped) this.stack.resources.delete(logicalId);
      return this.announce('UPDATE_COMPLETE');
    }
    Object.assign(this.stack, { target: before, outputs, imports });
    await this.rollBack(failure);
  }

  public async remove(kept: Kept = {}): Promise<void> {
    this.announce('DELETE_IN_PROGRESS', 'User Initiated');
    const blocked = this.exportInUse([]);
    if (blocked) return this.announce('DELETE_FAILED', `Delete canceled. ${blocked}`);
    const { retained = [], isForced = false } = kept;
    const left = await this.work.removeAll([...this.stack.resources.values()], { rollback: false, retained, isForced });
    if (left.length > 0) return this.announce('DELETE_FAILED', couldNot('delete', left));
    Object.assign(this.stack, { outputs: [], imports: new Set(), deletedAt: this.context.environment.clock.now() });
    this.announce('DELETE_COMPLETE');
  }

  /** Applies the target. Returns the reason if it failed. */
  private async apply(target: Target): Promise<string | undefined> {
    const creating = this.stack.status === 'CREATE_IN_PROGRESS';
    const scope = new StackScope(this.context, this.stack, target);
    this.stack.target = target;
    try {
      const failed = await inOrder(graphOf(target, scope.active()), async logicalId => {
        const succeeded = await this.advance(logicalId, target, scope);
        // CloudFormation does not wait for resources in progress after a failure
        if (!succeeded) this.cancel();
        return succeeded;
      }, () => this.cancelling.signal.aborted);
      if (failed.length > 0) return couldNot(creating ? 'create' : 'update', failed);
      if (this.cancelling.signal.aborted) return 'The operation was cancelled';
      const outputs = readOutputs(target, scope);
      const blocked = this.exportTaken(outputs) ?? this.exportInUse(outputs);
      if (blocked === undefined) Object.assign(this.stack, { outputs, imports: scope.imports });
      return blocked;
    } catch (error) {
      return messageOf(error);
    }
  }

  private async advance(logicalId: string, target: Target, scope: StackScope): Promise<boolean> {
    const existing = this.stack.resources.get(logicalId);
    try {
      const desired = describe(this.context, logicalId, target, scope);
      if (!existing) return await this.work.create(desired);
      if (canonical(existing.properties) !== canonical(desired.properties)) {
        return await this.work.change(existing, desired);
      }
      this.stack.resources.set(logicalId, { ...existing, ...desired });
      return true;
    } catch (error) {
      const type = target.template.Resources[logicalId].Type;
      this.work.emit(
        { logicalId, type, path: pathOf(target, logicalId) },
        existing ? 'UPDATE_FAILED' : 'CREATE_FAILED',
        messageOf(error),
      );
      return false;
    }
  }

  private async rollBack(reason: string, skipped: readonly string[] = []): Promise<void> {
    this.announce('UPDATE_ROLLBACK_IN_PROGRESS', reason);
    skipped.forEach(logicalId => this.work.skip(logicalId));
    const failed = await this.work.restoreAll();
    this.stack.continueRollback = failed.length > 0 ? async next => this.rollBack(reason, next) : undefined;
    if (failed.length > 0) return this.announce('UPDATE_ROLLBACK_FAILED', couldNot('update', failed));
    this.announce('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
    const createdResources = this.work.createdResources();
    await this.cleanUp([...createdResources, ...this.work.replaced], { rollback: true });
    for (const { logicalId } of createdResources) this.stack.resources.delete(logicalId);
    this.announce('UPDATE_ROLLBACK_COMPLETE');
  }

  /** Deletes resources with up to three attempts. What remains is abandoned as on AWS: the operation has succeeded. */
  private async cleanUp(resources: readonly StackResource[], options: { rollback: boolean }): Promise<void> {
    for (let attempt = 0; attempt < 3; attempt++) {
      const left = resources.filter(resource => !this.work.isDeletedOrRetained(resource));
      if (left.length === 0) return;
      await this.work.removeAll(left, options);
    }
  }

  private announce(status: string, reason?: string, replaces?: readonly Replacement[]): void {
    const isStart = reason === 'User Initiated';
    Object.assign(this.stack, {
      status,
      reason: isStart ? undefined : reason,
      failure: isStart ? undefined : (reason ?? this.stack.failure),
    });
    this.work.emit(
      { logicalId: this.stack.name, type: 'AWS::CloudFormation::Stack', id: this.stack.id },
      status,
      reason,
      replaces,
    );
  }

  private exportTaken(outputs: readonly Output[]): string | undefined {
    for (const { exportName } of outputs) {
      const other =
        exportName === undefined
          ? undefined
          : this.context.exported(this.stack.accountId, this.stack.region, exportName);
      if (other && other.stackId !== this.stack.id) {
        return `Export with name ${exportName} is already exported by stack ${other.stackId.split('/')[1]}`;
      }
    }
    return undefined;
  }

  /** Returns why an export that another stack imports cannot be deleted or changed. */
  private exportInUse(outputs: readonly Output[]): string | undefined {
    for (const { exportName, value } of this.stack.outputs) {
      if (exportName === undefined || outputs.some(other => other.exportName === exportName && other.value === value)) {
        continue;
      }
      const users = this.context.importers(this.stack.accountId, this.stack.region, exportName);
      const verb = outputs.some(other => other.exportName === exportName) ? 'update' : 'delete';
      if (users.length > 0) return `Cannot ${verb} export ${exportName} as it is in use by ${users.join(', ')}`;
    }
    return undefined;
  }
}

/** Rejects circular dependencies and changed resource types. */
export function checkTarget(context: StackContext, stack: Stack, target: Target): void {
  const scope = new StackScope(context, stack, target);
  const loop = circle(graphOf(target, scope.active()));
  if (loop) throw new AwsError('ValidationError', `Circular dependency between resources: [${loop.join(', ')}]`);
  for (const [logicalId, { type }] of stack.resources) {
    const wanted = target.template.Resources[logicalId]?.Type ?? type;
    if (wanted === type) continue;
    throw formatError(
      'Update of resource type is not permitted. The new template modifies resource type of the '
        + `following resources: [${logicalId}]`,
    );
  }
}

/** Says what an update to the target does with each resource that changes. */
export function forecastOf(context: StackContext, stack: Stack, target: Target): Forecast {
  return forecast(context, stack, target, graphOf(target, new StackScope(context, stack, target).active()));
}

function graphOf(target: Target, active: readonly string[]): Graph {
  const known = new Set(active);
  return new Map(
    active.map(logicalId => [logicalId, dependenciesOf(logicalId, target).filter(other => known.has(other))]),
  );
}

/** Returns the dependencies of a resource. */
export function dependenciesOf(logicalId: string, target: Target): string[] {
  const declared = target.template.Resources[logicalId];
  const mentioned = [...references(declared.Properties), ...list(declared.DependsOn).map(text)];
  return [...new Set(mentioned)].filter(name => name in target.template.Resources);
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-organizations-account.html */
const KEPT_BY_DEFAULT = new Set(['AWS::Organizations::Account']);

function describe(context: StackContext, logicalId: string, target: Target, scope: StackScope): DesiredResource {
  const declared = target.template.Resources[logicalId];
  const properties = scope.resolve(declared.Properties);
  if (!context.uncheckedTypes.has(declared.Type)) {
    const resource = { logicalId, type: declared.Type, properties: isFields(properties) ? properties : {} };
    checkProperties(resource, value => context.isGuessed(value));
  }
  if (context.isSimulated(declared.Type)) refuseSecrets(declared.Type, properties);
  return {
    logicalId,
    type: declared.Type,
    properties: isFields(properties) ? { ...properties } : {},
    dependencies: dependenciesOf(logicalId, target),
    deletionPolicy: declared.DeletionPolicy ?? (KEPT_BY_DEFAULT.has(declared.Type) ? 'Retain' : 'Delete'),
    updateReplacePolicy: declared.UpdateReplacePolicy ?? 'Delete',
    path: pathOf(target, logicalId),
  };
}

function pathOf(target: Target, logicalId: string): string | undefined {
  const path = target.template.Resources[logicalId].Metadata['aws:cdk:path'];
  return typeof path === 'string' ? path : target.paths[logicalId];
}

function readOutputs(target: Target, scope: StackScope): Output[] {
  return Object.entries(target.template.Outputs)
    .filter(([, output]) => output.Condition === undefined || scope.condition(output.Condition))
    .map(([key, output]) => ({
      key,
      value: asText(scope.resolve(output.Value)),
      description: output.Description,
      exportName: output.Export && asText(scope.resolve(output.Export.Name)),
    }));
}

function couldNot(verb: 'create' | 'update' | 'delete', names: readonly string[]): string {
  return `The following resource(s) failed to ${verb}: [${names.join(', ')}]. `;
}
