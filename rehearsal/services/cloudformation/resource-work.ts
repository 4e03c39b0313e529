import { inOrder, reversed } from './graph';
import { customName, verdictOf } from './schemas/replacement';
import { isCustom } from './scope';
import type { Replacement, Stack, StackResource } from './stack';
import type { StackContext } from './stack-context';
import { text } from './values';
import { messageOf } from '../../core/error-message';
import { AwsError, ResourceFailure, type Provisioned, type ResourceContext } from '../../core/service';

/** A resource of the template before it has an id. */
export type DesiredResource = Omit<StackResource, 'id' | 'attributes'>;

interface RemoveOptions {
  readonly rollback: boolean;
  /** Logical ids of resources that remain. */
  readonly retained?: readonly string[];
  /** Whether what cannot be deleted remains. */
  readonly isForced?: boolean;
}

/** An update of a resource, for the rollback. */
interface Change {
  readonly before: StackResource;
  readonly attempted: DesiredResource;
  /** Whether the old resource still exists beside a new one; the ids of both can be the same. */
  readonly isReplaced?: true;
}

/** Creates, updates, restores and deletes the resources of a stack during one operation, and emits the events. */
export class ResourceWork {
  /** Replaced resources; the old ones are deleted in the cleanup phase. */
  public readonly replaced: StackResource[] = [];
  private readonly created = new Set<string>();
  private readonly changes = new Map<string, Change>();
  private readonly deleted = new Set<StackResource>();
  private isRestoring = false;

  /** @param cancelled aborts resources that are in progress */
  public constructor(
    private readonly stackContext: StackContext,
    private readonly stack: Stack,
    private readonly cancelled: AbortSignal,
  ) {}

  public async create(desired: DesiredResource): Promise<boolean> {
    this.emit(desired, 'CREATE_IN_PROGRESS');
    this.created.add(desired.logicalId);
    try {
      await this.waitForStart(desired, 'creation');
      this.keep(
        desired,
        await this.stackContext
          .type(desired.type)
          .create(desired.properties, { ...this.context(desired), cancelled: this.cancelled }),
      );
      this.emit(desired, 'CREATE_COMPLETE');
      return true;
    } catch (error) {
      if (error instanceof ResourceFailure && error.id !== undefined) {
        this.keep(desired, { id: error.id, attributes: {} });
      }
      this.emit(desired, 'CREATE_FAILED', messageOf(error));
      return false;
    }
  }

  public async change(existing: StackResource, desired: DesiredResource): Promise<boolean> {
    this.emit(desired, 'UPDATE_IN_PROGRESS');
    try {
      if (isCustom(desired.type) && existing.properties.ServiceToken !== desired.properties.ServiceToken) {
        throw new Error('Modifying service token is not allowed.');
      }
      const verdict = verdictOf(desired.type, existing.properties, desired.properties);
      if (verdict === 'rejected') throw new Error(customNamed(text(customName(existing) ?? existing.id)));
      this.changes.set(desired.logicalId, { before: existing, attempted: desired });
      await this.waitForStart(desired, 'update');
      const changed = await this.applyChange(existing, desired, verdict === 'replaced');
      this.keep(desired, changed);
      if (verdict === 'replaced' || changed.id !== existing.id) {
        this.changes.set(desired.logicalId, { before: existing, attempted: desired, isReplaced: true });
        this.emit(
          desired,
          'UPDATE_IN_PROGRESS',
          'Requested update required the provider to create a new physical resource',
        );
        if (desired.updateReplacePolicy !== 'Retain') this.replaced.push(disposable(existing));
      }
      this.emit(desired, 'UPDATE_COMPLETE');
      return true;
    } catch (error) {
      // services apply a change completely or not at all, so there is nothing to roll back
      if (!isCancellable(desired.type)) this.changes.delete(desired.logicalId);
      this.emit(
        desired,
        'UPDATE_FAILED',
        isCustomNameConflict(existing, error) ? customNamed(existing.id) : messageOf(error),
      );
      return false;
    }
  }

  private async applyChange(
    { id, properties: before }: StackResource, { type: name, properties, ...desired }: DesiredResource, isNew: boolean,
  ): Promise<Provisioned> {
    const type = this.stackContext.type(name);
    const context = { ...this.context(desired), cancelled: this.cancelled };
    return isNew ? type.create(properties, context) : type.update(id, properties, before, context);
  }

  /** CloudFormation can cancel a resource before the call to the service. What the service started is completed. */
  private async waitForStart({ type }: DesiredResource, what: 'creation' | 'update'): Promise<void> {
    await this.stackContext.environment.clock.sleep(this.stackContext.creationSeconds(type));
    if (this.cancelled.aborted && isCancellable(type)) throw new Error(`Resource ${what} cancelled`);
  }

  /** Restores the old properties of all updated resources. Returns the logical ids that failed. */
  public async restoreAll(): Promise<string[]> {
    // a resource that was replaced before the failure is restored; one that the first rollback attempt replaced is not
    if (!this.isRestoring) this.replaced.length = 0;
    this.isRestoring = true;
    const graph = new Map([...this.changes].map(([logicalId, { before }]) => [logicalId, before.dependencies]));
    let failed = false;
    return inOrder(
      graph,
      async logicalId => {
        const restored = await this.restore(logicalId);
        if (restored) this.changes.delete(logicalId);
        failed ||= !restored;
        return restored;
      },
      () => failed,
    );
  }

  /** Leaves a resource as the failed rollback has left it: CloudFormation takes it for restored. */
  public skip(logicalId: string): void {
    const [change, now] = [this.changes.get(logicalId), this.stack.resources.get(logicalId)];
    if (!change || !now) return;
    this.stack.resources.set(logicalId, { ...change.before, id: now.id, attributes: now.attributes });
    this.changes.delete(logicalId);
    this.emit(now, 'UPDATE_COMPLETE');
  }

  /** Resources that this operation created and a rollback deletes. */
  public createdResources(): StackResource[] {
    return [...this.created]
      .map(logicalId => this.stack.resources.get(logicalId))
      .filter(resource => resource !== undefined);
  }

  /** Deletes resources, each after its dependents. Returns the logical ids that could not be deleted. */
  public async removeAll(resources: readonly StackResource[], options: RemoveOptions): Promise<string[]> {
    const keyed = new Map(resources.map((resource, index) => [`${resource.logicalId} ${index}`, resource]));
    const keysOf = (logicalId: string): string[] =>
      [...keyed].filter(([, resource]) => resource.logicalId === logicalId).map(([key]) => key);
    const graph = reversed(new Map([...keyed].map(([key, { dependencies }]) => [key, dependencies.flatMap(keysOf)])));
    const failed = await inOrder(graph, async key => {
      const resource = keyed.get(key);
      return resource === undefined || this.remove(resource, options);
    });
    return failed.map(key => key.split(' ')[0]);
  }

  /** Whether this operation deleted the resource or retains it. */
  public isDeletedOrRetained(resource: StackResource): boolean {
    return this.deleted.has(resource);
  }

  public emit(
    resource: Pick<StackResource, 'logicalId' | 'type' | 'path'> & { id?: string },
    status: string,
    reason?: string,
    replaces?: readonly Replacement[],
  ): void {
    const { id: stackId, name: stackName, accountId, region, token } = this.stack;
    const { logicalId, type, path } = resource;
    const id = resource.id ?? this.stack.resources.get(logicalId)?.id;
    const at = this.stackContext.environment.clock.now();
    if (logicalId !== stackName || type !== 'AWS::CloudFormation::Stack') {
      this.stack.states.set(logicalId, { logicalId, type, status, at, id, reason });
    }
    const event = {
      eventId: `${stackId}/${this.stack.events.length}`,
      stackId,
      stackName,
      accountId,
      region,
      token,
      logicalId,
      type,
      path,
      id,
      status,
      reason,
      at,
      ...replaces && replaces.length > 0 && { replaces },
    };
    this.stack.events.push(event);
    this.stackContext.notify(event);
  }

  private async restore(logicalId: string): Promise<boolean> {
    const [change, now] = [this.changes.get(logicalId), this.stack.resources.get(logicalId)];
    if (!change || !now) return true;
    const { before, attempted, isReplaced } = change;
    this.emit(now, 'UPDATE_IN_PROGRESS');
    try {
      if (isReplaced && !isCustom(before.type)) {
        // a replaced resource still exists under its old id
        this.replaced.push(disposable(now));
        this.stack.resources.set(logicalId, before);
      } else {
        const restored = await this.stackContext
          .type(before.type)
          .update(now.id, before.properties, attempted.properties, this.context(before));
        this.stack.resources.set(logicalId, { ...before, ...restored });
        const unused = now.id === before.id ? [before] : [before, now];
        this.replaced.push(...unused.filter(({ id }) => id !== restored.id).map(disposable));
      }
      this.emit(before, 'UPDATE_COMPLETE');
      return true;
    } catch (error) {
      this.emit(now, 'UPDATE_FAILED', messageOf(error));
      return false;
    }
  }

  private async remove(resource: StackResource, options: RemoveOptions): Promise<boolean> {
    const retained = options.retained?.includes(resource.logicalId) === true
      || resource.deletionPolicy === 'Retain'
      || (resource.deletionPolicy === 'RetainExceptOnCreate' && !options.rollback);
    try {
      if (!retained) {
        this.emit(resource, 'DELETE_IN_PROGRESS');
        await this.stackContext.type(resource.type).remove(resource.id, resource.properties, this.context(resource));
      }
      this.end(resource, retained ? 'DELETE_SKIPPED' : 'DELETE_COMPLETE');
      return true;
    } catch (error) {
      this.emit(resource, 'DELETE_FAILED', messageOf(error));
      if (options.isForced !== true) return false;
      this.end(resource, 'DELETE_SKIPPED');
      return true;
    }
  }

  /** The resource belongs to the stack no longer. */
  private end(resource: StackResource, status: 'DELETE_SKIPPED' | 'DELETE_COMPLETE'): void {
    this.emit(resource, status);
    this.deleted.add(resource);
    const current = this.stack.resources.get(resource.logicalId);
    // a replaced resource can have the id of the new one
    if (current?.id === resource.id && current.properties === resource.properties) {
      this.stack.resources.delete(resource.logicalId);
    }
  }

  private keep(desired: DesiredResource, provisioned: Provisioned): void {
    this.stack.resources.set(desired.logicalId, { ...desired, id: provisioned.id, attributes: provisioned.attributes });
  }

  private context({ logicalId }: Pick<DesiredResource, 'logicalId'>): ResourceContext {
    const {
      accountId,
      region,
      id: stackId,
      name: stackName,
      target: { tags },
      actor,
    } = this.stack;
    return { accountId, region, stackId, stackName, logicalId, tags, actor };
  }
}

/** Types whose operations CloudFormation cancels; their changes are rolled back. */
function isCancellable(type: string): boolean {
  return isCustom(type) || type === 'AWS::CloudFormation::Stack';
}

/** A resource with a custom name cannot be replaced by one with the same name. */
function isCustomNameConflict({ id }: StackResource, error: unknown): boolean {
  const name = id.slice(id.lastIndexOf('/') + 1);
  const parts =
    error instanceof AwsError && / already exists/i.test(error.message) ? error.message.split(/[\s'"]+/) : [];
  return parts.some(part => part.replace(/[.:]$/, '') === name);
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html */
function customNamed(id: string): string {
  return (
    'CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename '
    + `${id} and update the stack again.`
  );
}

/** UpdateReplacePolicy was already checked; DeletionPolicy does not apply to replaced resources. */
function disposable(resource: StackResource): StackResource {
  return { ...resource, deletionPolicy: 'Delete' };
}
