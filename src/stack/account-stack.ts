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

  /** Id of the account that the stack is deployed in. */
  readonly account: string;

  /** Region that the stack is deployed in. */
  readonly region: string;
}

/** Properties of `AccountStack`. */
export interface AccountStackProps {
  /** The organization whose provider deploys the stack. */
  readonly organization: IOrganization;

  /** The account that the stack is deployed in. */
  readonly account: IAccount;

  /**
   * Name of the stack in the account: 1 to 128 letters, digits and hyphens, beginning with a letter. Names that begin with `org-environments-` or
   * `CDKToolkit` are reserved. Another name means another stack: the new one is made before the
   * old one is deleted.
   *
   * @default - made of the construct's path
   */
  readonly stackName?: string;

  /**
   * Region that the stack is deployed in; it must be bootstrapped in the account.
   *
   * @default - the region of the stack around this one
   */
  readonly region?: string;

  /**
   * Values of the stack's parameters by their logical ids; they may be tokens of the stack around this one.
   *
   * @default - only those that references between the stacks need
   */
  readonly parameters?: { [name: string]: string };

  /**
   * Description of the stack.
   *
   * @default - no description
   */
  readonly description?: string;
}

/** How the answer of the custom resource names the outputs of the stack. */
const OUTPUTS = 'Outputs.';

/**
 * A stack of any constructs that CloudFormation deploys in an account whose id is known only at deployment.
 *
 * References between it and the stack around it become parameters and outputs, as with nested stacks. If the stack around it has a known account
 * or region (`env`), a construct that is referenced from the other side must have a physical name (`queueName: 'orders'`). Attributes of `Cfn`
 * constructs, parameters (`parameters`) and outputs (`outputValue`) need none.
 *
 * Assets inside it (the code of functions, sources of a `BucketDeployment`, container images, templates of nested
 * stacks) are published in the CICD account with those of the stack around it. Before the stack is created or updated
 * they are copied to the CDK bootstrap of the account: files, of 100 MB each at most, to its bucket, images to its
 * repository. What is there already is not copied again.
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

  /** The custom resource that stands for the stack; references to what is inside read their values from it. */
  public readonly nestedStackResource?: CfnResource;

  private readonly resource: CustomResource;
  private readonly parentStack: Stack;
  private readonly assets: AccountStackSynthesizer;
  private readonly contextualStackName?: string;
  private readonly contextualStackId: string;
  private readonly parameterValues: { [name: string]: string };
  private template?: { readonly bucketName: string; readonly objectKey: string };
  private readonly outputsRead = new Set<string>();

  public constructor(scope: Construct, id: string, props: AccountStackProps) {
    const parentStack = Stack.of(scope);
    const accountId = preparedAccountId(scope, props.account, props.organization);
    const region = props.region ?? parentStack.region;
    const contextual = (inside: string, outside: string) => insideOrOutside(isOf(scope, id), inside, outside);
    const placed = (inside: string, outside: string) => insideOrOutside(isIn(scope, id), inside, outside);
    const synthesizer = new AccountStackSynthesizer(parentStack);
    super(scope, id, {
      // the template is the same for every account and region; if the place around it is not known, nothing can tell the two apart
      env: {
        account: Token.isUnresolved(parentStack.account) ? Aws.ACCOUNT_ID : placed(Aws.ACCOUNT_ID, accountId),
        region: Token.isUnresolved(parentStack.region) ? Aws.REGION : placed(Aws.REGION, region),
      },
      synthesizer,
      description: props.description,
      analyticsReporting: false,
    });
    // dependencies on what is inside are otherwise taken for some on a stack of this app's own
    Object.defineProperty(this, Symbol.for('@aws-cdk/core.NestedStack'), { value: true });
    this.parentStack = parentStack;
    this.assets = synthesizer;
    this.parameterValues = { ...props.parameters };

    const stackName = validate.ownStackName(this, props.stackName ?? this.stackName);
    const resource = new ManagedResource<AccountStackRequest, AccountStackResult>(new Construct(scope, `${id}.AccountStack`), 'Resource', {
      organization: props.organization,
      resourceType: RESOURCE_TYPES.stack,
      request: this.request({ accountId, region, stackName }),
    });
    this.resource = resource.resource;
    this.nestedStackResource = this.noteReads(resource.resource.node.defaultChild as CfnResource);
    this.node.defaultChild = this.nestedStackResource;
    this.contextualStackName = contextual(Aws.STACK_NAME, stackName);
    this.contextualStackId = contextual(Aws.STACK_ID, resource.result('stackId'));
  }

  /** Name of the stack in the account. */
  public get stackName(): string {
    // the stack is named before its resource is made
    return this.contextualStackName ?? super.stackName;
  }

  /** Id (ARN) of the stack: inside it its own, outside of it what the deployment answered. */
  public get stackId(): string {
    return this.contextualStackId;
  }

  /**
   * Warnings and errors of what is inside belong to the stack around.
   * @internal
   */
  public get _isTopLevelStack(): boolean {
    return false;
  }

  /** Gives a parameter of the stack its value; `name` is its logical id. */
  public setParameter(name: string, value: string): void {
    this.parameterValues[name] = value;
  }

  /** The value of an output of the stack, by its logical id, for use outside of the stack. */
  public outputValue(name: string): string {
    this.node.addValidation({
      validate: () => this.outputNames().includes(name) ? [] : [`the stack has no output '${name}': it has ${this.outputNames().join(', ') || 'none'}; use one of them, or add a CfnOutput of this logical id`],
    });
    return this.resource.getAttString(OUTPUTS + name);
  }

  /**
   * Called by CDK while the app is prepared, after references have become parameters and outputs.
   * @internal
   */
  public _prepareTemplateAsset(): boolean {
    if (this.template) return false;
    const template = JSON.stringify(this._toCloudFormation());
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
      tags: lazy(() => this.tags.tagValues()),
      outputs: lazy(() => [...this.outputsRead]),
    };
  }

  /** Both CDK's references and `outputValue` ask the resource: what nobody asks for need not fit into its answer. */
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
    // before the app is prepared CDK resolves properties only to find references, and looks at no value
    return this.template ?? { bucketName: '<unresolved>', objectKey: '<unresolved>' };
  }

  private outputNames(): string[] {
    return this.node.findAll().filter(child => CfnOutput.isCfnElement(child) && child instanceof CfnOutput)
      .map(output => this.resolve((output as CfnOutput).logicalId));
  }
}

/** A value that the stack knows by a pseudo parameter, and everybody else otherwise. */
function insideOrOutside(isInside: (place: IConstruct) => boolean, inside: string, outside: string): string {
  return Token.asString({ resolve: ({ scope }: IResolveContext) => isInside(scope) ? inside : outside });
}

/** Whether something is in the template of the stack. */
function isOf(scope: Construct, id: string): (place: IConstruct) => boolean {
  return place => Stack.of(place) === scope.node.tryFindChild(id);
}

/** Whether something is in the stack or in one nested in it, which is in the same account and region. */
function isIn(scope: Construct, id: string): (place: IConstruct) => boolean {
  return place => place.node.scopes.some(ancestor => ancestor === scope.node.tryFindChild(id));
}
