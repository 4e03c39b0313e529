import { createHash } from 'node:crypto';
import {
  Aws, CfnOutput, CfnResource, CustomResource, FileAssetPackaging, Fn, IResolveContext, Lazy, Stack, Token,
} from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import type { AccountStackRequest, AccountStackResult } from './contract';
import { AccountStackSynthesizer } from './synthesizer';
import type { IAccount } from '../account/account-interface';
import { preparedAccountId } from '../account/internals';
import type { IOrganization } from '../organization/organization-interface';
import { canonicalJson } from '../private/canonical-json';
import { BOOTSTRAP_QUALIFIER, RESOURCE_TYPES } from '../private/contract';
import { lazy } from '../private/lazy';
import { ManagedResource } from '../private/managed-resource';
import { validate } from '../private/validate';

/** A stack in an account of the organization. */
export interface IAccountStack extends IConstruct {
  /**
   * Name of the stack.
   *
   * @attribute
   */
  readonly stackName: string;

  /**
   * Id (ARN) of the stack.
   *
   * @attribute
   */
  readonly stackId: string;

  /** Id of the account in which the stack is deployed. */
  readonly account: string;

  /** Id of the region in which the stack is deployed, for example `eu-west-1`. */
  readonly region: string;
}

/** Properties of `AccountStack`. */
export interface AccountStackProps {
  /** The organization whose provider deploys the stack. */
  readonly organization: IOrganization;

  /** The account in which the stack is deployed. */
  readonly account: IAccount;

  /**
   * Name of the stack in the account: 1 to 128 letters, digits and hyphens, beginning with a letter. Names that begin
   * with `org-environments-` or `CDKToolkit` are reserved. Another name is another stack, which is created before the
   * old one is deleted.
   *
   * @default - generated from the path of the construct
   */
  readonly stackName?: string;

  /**
   * Region in which the stack is deployed. It must be bootstrapped for CDK in the account.
   *
   * @default - the region of the parent stack
   */
  readonly region?: string;

  /**
   * Values of the parameters of the stack by their logical ids. The values may be tokens of the parent stack.
   *
   * @default - only the parameters of references between the stacks
   */
  readonly parameters?: { [name: string]: string };

  /**
   * Description of the stack.
   *
   * @default - no description
   */
  readonly description?: string;
}

/** Prefix of the attributes of the custom resource with the outputs of the stack. */
const OUTPUTS = 'Outputs.';

/**
 * A stack of any constructs in an account whose id may be known only at deployment.
 *
 * References between this stack and the parent stack become parameters and outputs, as with nested stacks. If the
 * parent stack has a known account or region (`env`), a construct that the other stack references must have a
 * physical name (`queueName: 'orders'`). Attributes of `Cfn` constructs, parameters (`parameters`) and outputs
 * (`outputValue()`) need no physical name. The outputs that are read have at most 3,096 bytes together, because the
 * response of a custom resource has at most 4,096 bytes.
 *
 * Assets of the stack (code of functions, sources of a `BucketDeployment`, container images, templates of nested
 * stacks) are published in the CICD account with those of the parent stack. Before the stack is created or updated,
 * they are copied to the CDK bootstrap of the account: files of at most 100 MB to its bucket, images to its
 * repository. Assets that exist there are not copied again.
 *
 * @example
 * const alarms = new AccountStack(this, 'Alarms', { organization, account });
 * const topic = new Topic(alarms, 'Topic', { topicName: 'alarms', enforceSSL: true });
 */
export class AccountStack extends Stack implements IAccountStack {
  /**
   * Imports a stack that exists in an account.
   *
   * @param stackId id (ARN) of the stack, for example
   * `arn:aws:cloudformation:eu-west-1:123456789012:stack/alarms/0b2b3f40-0000-0000-0000-000000000000`
   */
  public static fromStackId(scope: Construct, id: string, stackId: string): IAccountStack {
    class Import extends Construct implements IAccountStack {
      public readonly stackId = validate.stackId(this, stackId);
      public readonly stackName = Fn.select(1, Fn.split('/', stackId));
      public readonly account = Fn.select(4, Fn.split(':', stackId));
      public readonly region = Fn.select(3, Fn.split(':', stackId));
    }
    return new Import(scope, id);
  }

  /**
   * The custom resource of the stack in the parent stack. References to constructs in the stack read their values
   * from it.
   */
  public readonly nestedStackResource?: CfnResource;

  private readonly resource: CustomResource;
  private readonly parentStack: Stack;
  private readonly assets: AccountStackSynthesizer;
  private readonly contextualStackName?: string;
  private readonly contextualStackId: string;
  private readonly parameterValues: { [name: string]: string };
  private readonly fixed: { [name: string]: string } = {};
  private template?: { readonly bucketName: string; readonly objectKey: string };
  private readonly outputsRead = new Set<string>();
  private isStackIdRead = false;

  public constructor(scope: Construct, id: string, props: AccountStackProps) {
    const parentStack = Stack.of(scope);
    const accountId = preparedAccountId(scope, props.account, props.organization);
    const region = props.region ?? parentStack.region;
    const contextual = (inside: string, outside: string) => insideOrOutside(isOf(scope, id), inside, outside);
    const placed = (inside: string, outside: string) => insideOrOutside(isIn(scope, id), inside, outside);
    const synthesizer = new AccountStackSynthesizer(parentStack);
    super(scope, id, {
      // the template is the same for all accounts and regions; if those of the parent stack are not known, neither
      // are these
      env: {
        account: Token.isUnresolved(parentStack.account) ? Aws.ACCOUNT_ID : placed(Aws.ACCOUNT_ID, accountId),
        region: Token.isUnresolved(parentStack.region) ? Aws.REGION : placed(Aws.REGION, region),
      },
      synthesizer,
      description: props.description,
      analyticsReporting: false,
    });
    // without it, CDK treats dependencies on constructs in this stack as dependencies between stacks of the app
    Object.defineProperty(this, Symbol.for('@aws-cdk/core.NestedStack'), { value: true });
    this.parentStack = parentStack;
    this.assets = synthesizer;
    this.parameterValues = { ...props.parameters };

    const stackName = validate.ownStackName(this, props.stackName ?? this.stackName);
    const resourceScope = new Construct(scope, `${id}.AccountStack`);
    const resource = new ManagedResource<AccountStackRequest, AccountStackResult>(resourceScope, 'Resource', {
      organization: props.organization,
      resourceType: RESOURCE_TYPES.stack,
      request: this.request({ accountId, region, stackName }),
    });
    this.resource = resource.resource;
    this.nestedStackResource = this.noteReads(resource.resource.node.defaultChild as CfnResource);
    this.node.defaultChild = this.nestedStackResource;
    this.contextualStackName = contextual(Aws.STACK_NAME, stackName);
    this.contextualStackId = contextual(Aws.STACK_ID, Lazy.string({ produce: () => this.readStackId(resource) }));
  }

  /** Name of the stack in the account. */
  public get stackName(): string {
    // CDK reads the name before the resource exists
    return this.contextualStackName ?? super.stackName;
  }

  /** Id (ARN) of the stack: a pseudo parameter in the stack itself, and the result of the deployment elsewhere. */
  public get stackId(): string {
    return this.contextualStackId;
  }

  /**
   * Warnings and errors of constructs in this stack are reported by the parent stack.
   * @internal
   */
  public get _isTopLevelStack(): boolean {
    return false;
  }

  /**
   * Sets the value of a parameter of the stack.
   *
   * @param name logical id of the parameter
   * @param value the value, which may be a token of the parent stack
   */
  public setParameter(name: string, value: string): void {
    this.parameterValues[name] = value;
  }

  /**
   * Rejects every later deployment in which the value is another one, because that would replace data.
   *
   * @param name property that has the value, for the error
   * @param value the value, which may be a token of the parent stack
   * @internal
   */
  public _fix(name: string, value: string): void {
    this.fixed[name] = value;
  }

  /**
   * Returns the value of an output of the stack, for use in the parent stack. An output that does not exist is an
   * error at synth.
   *
   * @param name logical id of the output
   */
  public outputValue(name: string): string {
    this.node.addValidation({ validate: () => this.problemsOfOutput(name) });
    return this.resource.getAttString(OUTPUTS + name);
  }

  /**
   * Called by CDK during the preparation of the app, when references have become parameters and outputs.
   * @internal
   */
  public _prepareTemplateAsset(): boolean {
    if (this.template) return false;
    const template = canonicalJson(this._toCloudFormation());
    this.template = this.locationOf(template);
    return true;
  }

  private request(place: Pick<AccountStackRequest, 'accountId' | 'region' | 'stackName'>): AccountStackRequest {
    return {
      ...place,
      qualifier: BOOTSTRAP_QUALIFIER,
      templateBucket: Lazy.uncachedString({ produce: () => this.templateLocation().bucketName }),
      templateKey: Lazy.uncachedString({ produce: () => this.templateLocation().objectKey }),
      files: lazy(() => this.template && this.assets.filesIn(this.template.bucketName)),
      images: lazy(() => this.assets.imagesToCopy()),
      parameters: lazy(() => this.parameterValues),
      fixed: lazy(() => Object.keys(this.fixed).length > 0 ? this.fixed : undefined),
      tags: lazy(() => this.tags.tagValues()),
      outputs: lazy(() => [...this.outputsRead]),
      stackIdIsRead: lazy(() => this.isStackIdRead ? 'yes' : undefined),
    };
  }

  private readStackId(resource: ManagedResource<AccountStackRequest, AccountStackResult>): string {
    this.isStackIdRead = true;
    return resource.result('stackId');
  }

  /**
   * Records the outputs that CDK's references and `outputValue()` read: only they must fit into the response of the
   * resource.
   */
  private noteReads(resource: CfnResource): CfnResource {
    const getAtt = resource.getAtt.bind(resource);
    resource.getAtt = (attribute, typeHint) => {
      if (attribute.startsWith(OUTPUTS)) this.outputsRead.add(attribute.slice(OUTPUTS.length));
      return getAtt(attribute, typeHint);
    };
    return resource;
  }

  private locationOf(template: string): { bucketName: string; objectKey: string } {
    return this.parentStack.synthesizer.addFileAsset({
      packaging: FileAssetPackaging.FILE,
      sourceHash: createHash('sha256').update(template).digest('hex'),
      fileName: this.templateFile,
      displayName: 'Template of an account stack',
    });
  }

  private templateLocation(): { readonly bucketName: string; readonly objectKey: string } {
    // before the preparation, CDK resolves properties only to find references
    return this.template ?? { bucketName: '<unresolved>', objectKey: '<unresolved>' };
  }

  private problemsOfOutput(name: string): string[] {
    const names = this.outputNames();
    if (names.includes(name)) return [];
    return [`the stack has no output '${name}': it has ${names.join(', ') || 'none'}; use one of them, or add a `
      + 'CfnOutput with this logical id'];
  }

  private outputNames(): string[] {
    return this.node.findAll().filter(child => CfnOutput.isCfnElement(child) && child instanceof CfnOutput)
      .map(output => this.resolve((output as CfnOutput).logicalId));
  }
}

/** A token with one value in the stack itself, a pseudo parameter, and another value elsewhere. */
function insideOrOutside(isInside: (place: IConstruct) => boolean, inside: string, outside: string): string {
  return Token.asString({ resolve: ({ scope }: IResolveContext) => isInside(scope) ? inside : outside });
}

/** Whether a construct is in the template of the stack. */
function isOf(scope: Construct, id: string): (place: IConstruct) => boolean {
  return place => Stack.of(place) === scope.node.tryFindChild(id);
}

/** Whether a construct is in the stack, or in a nested stack, which has the same account and region. */
function isIn(scope: Construct, id: string): (place: IConstruct) => boolean {
  return place => place.node.scopes.some(ancestor => ancestor === scope.node.tryFindChild(id));
}
