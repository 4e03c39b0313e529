import { readParameters, type GivenParameters } from './parameters';
import type { Forecast } from './replacements';
import { checkCapabilities, validation } from './requests';
import { checkRules } from './rules';
import { Stack, type Output, type Target } from './stack';
import type { StackContext } from './stack-context';
import { checkTarget, forecastOf, StackOperation } from './stack-operation';
import { parseTemplate } from './template';
import { canonical } from './values';
import { Identifiers } from '../../core/identifiers';
import { AwsError, type Caller, type Environment } from '../../core/service';
import type { Identities } from '../iam/identities';

export interface StackRequest {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
  readonly body: string;
  /** Construct paths by logical id, if the template does not contain them. */
  readonly paths?: Readonly<Record<string, string>>;
  readonly parameters?: GivenParameters;
  readonly tags?: Readonly<Record<string, string>>;
  readonly capabilities?: readonly string[];
  readonly roleArn?: string;
  /** Caller. @default - root of the account */
  readonly caller?: Caller;
  readonly token?: string;
  /** Id of the parent stack. */
  readonly parentId?: string;
  readonly onFailure?: 'ROLLBACK' | 'DO_NOTHING' | 'DELETE';
  readonly terminationProtection?: boolean;
}

interface ContinueOptions extends Pick<StackRequest, 'token' | 'caller' | 'roleArn'> {
  readonly skipped?: readonly string[];
}

interface RemoveOptions extends Pick<StackRequest, 'caller' | 'roleArn'> {
  /** Logical ids of resources that remain. */
  readonly retained?: readonly string[];
  /** Whether what cannot be deleted remains. */
  readonly isForced?: boolean;
}

/** All stacks, and the states in which each operation is allowed. */
export class Stacks {
  private readonly all: Stack[] = [];
  private readonly identifiers = new Identifiers('cloudformation');

  public constructor(
    private readonly environment: Environment,
    private readonly iam: Identities,
    private readonly context: StackContext,
  ) {}

  /** Finds a stack by name, or by id even after its deletion. */
  public find(accountId: string, region: string, nameOrId: string): Stack | undefined {
    return this.of(accountId, region).find(
      stack => stack.id === nameOrId || (stack.name === nameOrId && !stack.deleted),
    );
  }

  public get(accountId: string, region: string, nameOrId: string): Stack {
    const stack = this.find(accountId, region, nameOrId);
    if (!stack) throw validation(`Stack with id ${nameOrId} does not exist`);
    return stack;
  }

  public of(accountId: string, region: string): Stack[] {
    return this.all.filter(stack => stack.accountId === accountId && stack.region === region);
  }

  public get list(): readonly Stack[] {
    return this.all;
  }

  public exported(accountId: string, region: string, name: string): (Output & { stackId: string }) | undefined {
    const found = this.of(accountId, region).flatMap(stack =>
      stack.outputs.map(output => ({ ...output, stackId: stack.id })),
    );
    return found.find(output => output.exportName === name);
  }

  public importers(accountId: string, region: string, name: string): string[] {
    return this.of(accountId, region)
      .filter(stack => stack.imports.has(name))
      .map(stack => stack.name);
  }

  /** Starts the creation of a stack and returns immediately. */
  public create(request: StackRequest): Stack {
    const known = this.find(request.accountId, request.region, request.name);
    if (known && request.token !== undefined && known.token === request.token) return known;
    const stack = this.review(request);
    this.execute(stack, request);
    return stack;
  }

  /** Creates a stack in review: resources are created when its change set is executed. */
  public review(request: StackRequest, isSeed = false): Stack {
    const { accountId, region, name, caller: maker } = request;
    if (!/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(name)) {
      throw validation(
        `1 validation error detected: Value '${name}' at 'stackName' failed to satisfy constraint: `
          + 'Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*',
      );
    }
    if (this.find(accountId, region, name)) {
      throw new AwsError('AlreadyExistsException', `Stack [${name}] already exists`);
    }
    const uuid = this.identifiers.uuid();
    const id = `arn:${this.environment.partition}:cloudformation:${region}:${accountId}:stack/${name}/${uuid}`;
    const { capabilities = [], terminationProtection = false, parentId } = request;
    const target = this.target(request, {});
    const options = { capabilities, parentId, maker };
    const stack = new Stack(id, name, accountId, region, this.environment.clock.now(), target, options, isSeed);
    stack.terminationProtection = terminationProtection;
    checkTarget(this.context, stack, target);
    this.act(stack, request);
    this.all.push(stack);
    return stack;
  }

  /** Creates a stack that exists before the first deployment, in no time and without events. */
  public async seed(request: StackRequest): Promise<void> {
    const stack = this.review(request, true);
    await new StackOperation({ ...this.context, creationSeconds: () => 0, notify: () => {} }, stack).create(
      'DO_NOTHING',
    );
    const { accountId, name, failure } = stack;
    if (failure !== undefined) {
      throw new Error(`stack '${name}' in account ${accountId} cannot be created at the start: ${failure}`);
    }
  }

  /** Starts the creation of a stack in review. */
  public execute(stack: Stack, request: StackRequest): void {
    this.startOperation(stack, request.token, 'CREATE_IN_PROGRESS', async operation => {
      await operation.create(
        request.onFailure === 'ROLLBACK' || request.onFailure === undefined ? 'ROLLBACK' : 'DO_NOTHING',
      );
      if (request.onFailure === 'DELETE' && stack.status === 'CREATE_FAILED') {
        await new StackOperation(this.context, stack).remove();
      }
    });
  }

  /** Returns the target of an update. @throws AwsError for a request that the operation would reject */
  public preview(stack: Stack, request: StackRequest): Target {
    const target = this.target({ ...request, tags: request.tags ?? stack.target.tags }, stack.target.parameters);
    checkTarget(this.context, stack, target);
    return target;
  }

  public update(request: StackRequest): Stack {
    const stack = this.get(request.accountId, request.region, request.name);
    if (request.token !== undefined && stack.token === request.token) return stack;
    if (!/^(CREATE|UPDATE|UPDATE_ROLLBACK|IMPORT)_COMPLETE$/.test(stack.status)) {
      throw validation(`Stack:${stack.id} is in ${stack.status} state and can not be updated.`);
    }
    const target = this.preview(stack, request);
    if (canonical(substance(target)) === canonical(substance(stack.target))) {
      throw validation('No updates are to be performed.');
    }
    this.act(stack, request);
    stack.updatedAt = this.environment.clock.now();
    this.startOperation(stack, request.token, 'UPDATE_IN_PROGRESS', operation => operation.update(target));
    return stack;
  }

  /** Says what an update to the target does with each resource that changes. */
  public forecast(stack: Stack, target: Target): Forecast {
    return forecastOf(this.context, stack, target);
  }

  /** Sets the termination protection, which updates do not change. */
  public protect(accountId: string, region: string, nameOrId: string, terminationProtection: boolean): Stack {
    const stack = this.get(accountId, region, nameOrId);
    stack.terminationProtection = terminationProtection;
    return stack;
  }

  /** Starts the deletion. A stack that does not exist counts as deleted. */
  public remove(
    accountId: string,
    region: string,
    nameOrId: string,
    token?: string,
    { retained = [], isForced = false, ...by }: RemoveOptions = {},
  ): Stack | undefined {
    const stack = this.find(accountId, region, nameOrId);
    if (!stack || stack.deleted || stack.status === 'DELETE_IN_PROGRESS') return stack;
    if (stack.terminationProtection) {
      throw validation(`Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`);
    }
    if (stack.status.startsWith('UPDATE') && stack.inProgress) {
      throw validation(`Stack [${stack.id}] cannot be deleted while in status ${stack.status}`);
    }
    if ((isForced || retained.length > 0) && stack.status !== 'DELETE_FAILED') {
      throw validation(
        `Invalid operation on stack [${stack.id}]. ${isForced ? 'DeletionMode' : 'RetainResources'} can only be `
          + 'specified for stacks in DELETE_FAILED state',
      );
    }
    this.act(stack, by);
    stack.deletionAt = this.environment.clock.now();
    if (stack.status === 'CREATE_IN_PROGRESS') stack.cancel?.();
    this.startOperation(stack, token, 'DELETE_IN_PROGRESS', operation => operation.remove({ retained, isForced }));
    return stack;
  }

  /** Sets the identity of the next operation: the last given role, otherwise the caller. */
  private act(stack: Stack, { caller, roleArn }: Pick<StackRequest, 'caller' | 'roleArn'>): void {
    const { accountId } = stack;
    stack.roleArn = roleArn ?? stack.roleArn;
    stack.actor =
      stack.roleArn === undefined
        ? (caller ?? { accountId, arn: `arn:${this.environment.partition}:iam::${accountId}:root` })
        : this.iam.sessionOf(stack.roleArn, 'AWSCloudFormation');
  }

  /** Cancels an update in progress and rolls it back. */
  public cancelUpdate(accountId: string, region: string, nameOrId: string, token?: string): Stack {
    const stack = this.get(accountId, region, nameOrId);
    if (stack.status !== 'UPDATE_IN_PROGRESS') {
      throw validation('CancelUpdateStack cannot be called from current stack status');
    }
    stack.token = token ?? stack.token;
    stack.cancel?.();
    return stack;
  }

  /**
   * Continues a failed rollback without the resources to skip. Those of a nested stack are given as
   * `<name of the nested stack>.<logical id>`.
   */
  public continueRollback(
    accountId: string,
    region: string,
    nameOrId: string,
    { token, skipped = [], ...by }: ContinueOptions = {},
  ): Stack {
    const stack = this.get(accountId, region, nameOrId);
    const { continueRollback } = stack;
    if (stack.status !== 'UPDATE_ROLLBACK_FAILED' || !continueRollback) {
      throw validation(`Stack:${stack.id} is in ${stack.status} state and can not continue rollback.`);
    }
    const own = skipped.filter(name => !name.includes('.'));
    const notFailed = own.filter(logicalId => stack.states.get(logicalId)?.status !== 'UPDATE_FAILED');
    if (notFailed.length > 0) {
      const names = notFailed.join(', ');
      throw validation(`ResourcesToSkip: [${names}] of stack ${stack.name} must be in UPDATE_FAILED state`);
    }
    this.act(stack, by);
    stack.skippedInNestedStacks = skipped.filter(name => name.includes('.'));
    this.startOperation(stack, token, 'UPDATE_ROLLBACK_IN_PROGRESS', async () => continueRollback(own));
    return stack;
  }

  /** Runs operations of a stack in sequence. */
  private startOperation(
    stack: Stack,
    token: string | undefined,
    status: string,
    work: (operation: StackOperation) => Promise<void>,
  ): void {
    const previous = stack.inProgress && stack.events.length > 0 ? stack.operation : Promise.resolve();
    stack.token = token;
    stack.status = status;
    stack.operation = previous
      .then(() => {
        const operation = new StackOperation(this.context, stack);
        stack.cancel = () => operation.cancel();
        return work(operation);
      })
      .catch(error => {
        // a bug of the rehearsal: log it, and end the operation so that callers do not wait forever
        console.error(error);
        stack.status = status.replace('_IN_PROGRESS', '_FAILED');
        stack.reason = `the rehearsal failed: ${error instanceof Error ? error.message : String(error)}`;
      });
  }

  /** CloudFormation uses only roles of the account of the stack that trust it. */
  private assertPassable(roleArn: string, accountId: string): void {
    if (roleArn.split(':')[4] !== accountId) {
      throw new AwsError('AccessDenied', 'Cross-account pass role is not allowed.', 403);
    }
    if (!this.iam.role(roleArn) || !this.context.canAssume(roleArn)) {
      throw validation(`Role ${roleArn} is invalid or cannot be assumed`);
    }
  }

  private target(request: StackRequest, before: Target['parameters']): Target {
    const { accountId, region, name, body } = request;
    const template = parseTemplate(body, this.context.uncheckedTypes);
    checkCapabilities(template, request.capabilities ?? []);
    if (request.roleArn !== undefined) this.assertPassable(request.roleArn, accountId);
    const parameters = readParameters(template, request.parameters ?? {}, before, key =>
      this.context.parameter(accountId, region, key),
    );
    checkRules(template, parameters, { accountId, region, name, partition: this.environment.partition });
    return { template, body, parameters, tags: request.tags ?? {}, paths: request.paths ?? {} };
  }
}

function substance(target: Target): unknown {
  // a change of rules alone is no update
  return { template: { ...target.template, Rules: {} }, parameters: target.parameters, tags: target.tags };
}
