import { FakeAssets } from './fake-assets';
import type { Accounts } from '../../lambda/cloudformation/accounts';
import type { CicdStack } from '../../lambda/cloudformation/cicd-stack';
import type { Stacks } from '../../lambda/cloudformation/stack-deployer';
import type { PipelineOutbound } from '../../lambda/pipeline/aws';
import type { StackPlace } from '../../lambda/registry/stack';
import { FakeStacks } from '../cloudformation/fake-stacks';
import { awsError } from '../fixtures/aws-error';
import type { Fate } from '../shared/fate';

/** Accounts of which each has its CloudFormation. */
export class FakeAccounts implements Accounts, PipelineOutbound, CicdStack {
  /** Accounts whose roles cannot be assumed. */
  public readonly closed = new Set<string>();
  /** Accounts whose roles of the bootstrap cannot be assumed, unlike those of the baseline. */
  public readonly unbootstrapped = new Set<string>();
  public readonly templates = new Map<string, string>([['template.json', '{}']]);
  public readonly published: string[] = [];
  public publishError?: Error;
  /** Accounts whose pipelines have left artifacts. */
  public readonly withArtifacts = new Set<string>();
  /** Whether the stack in the CICD account goes back to what it was before. */
  public rollingBack = false;
  /** The deployment that the CICD stack is in. */
  public operation = 1;
  /** The places that were entered, and the roles: a pipeline's place has its name. */
  public readonly entered: string[] = [];
  public onCreate?: (accountId: string, stackName: string) => void;
  private readonly stores = new Map<string, FakeAssets>();
  private readonly stacks = new Map<string, FakeStacks>();

  public constructor(
    private readonly fate: Fate,
    private readonly clock: () => Date,
  ) {}

  public of(accountId: string, region = 'eu-central-1'): FakeStacks {
    const key = `${accountId}/${region}`;
    const stacks = this.stacks.get(key) ?? new FakeStacks(accountId, region, this.clock);
    stacks.onCreate = stackName => this.onCreate?.(accountId, stackName);
    this.stacks.set(key, stacks);
    return stacks;
  }

  public async stacksIn({ accountId, region, stackName }: StackPlace): Promise<Stacks> {
    this.entered.push(`${accountId}/${stackName}`);
    if (this.closed.has(accountId)) throw awsError('AccessDenied', 'not authorized to perform sts:AssumeRole');
    return this.fate.over(this.of(accountId, region));
  }

  /** The same accounts through the roles of their bootstrap. */
  public throughBootstrap(): Accounts {
    return {
      stacksIn: async place => {
        if (this.unbootstrapped.has(place.accountId)) {
          throw awsError('AccessDenied', 'not authorized to perform sts:AssumeRole');
        }
        return this.stacksIn(place);
      },
      template: async (bucket, key) => this.template(bucket, key),
      publish: async (place, key) => this.publish(place, key),
    };
  }

  /** What was copied to an account, and what could be. */
  public assetsOf(accountId: string): FakeAssets {
    const known = this.stores.get(accountId) ?? new FakeAssets();
    this.stores.set(accountId, known);
    return known;
  }

  public async deleteArtifacts({ accountId }: StackPlace): Promise<boolean> {
    if (this.closed.has(accountId)) throw awsError('AccessDenied', 'not authorized to perform sts:AssumeRole');
    this.withArtifacts.delete(accountId);
    return true;
  }

  public async isRollingBack(): Promise<boolean> {
    return this.rollingBack;
  }

  public async operationId(stackId: string): Promise<string> {
    return `${stackId}@${this.operation}`;
  }

  public async template(_bucket: string, key: string): Promise<string> {
    const template = this.templates.get(key);
    if (template === undefined) throw awsError('NoSuchKey', 'the key does not exist');
    return template;
  }

  public async publish({ accountId }: StackPlace, key: string): Promise<string> {
    if (this.publishError) throw this.publishError;
    this.published.push(`${accountId}/${key}`);
    return `https://staging/${key}`;
  }
}
