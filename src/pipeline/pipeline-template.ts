import { createHash } from 'node:crypto';
import { Aws, CfnResource, FileAssetPackaging, Stack } from 'aws-cdk-lib';
import { PATH_METADATA_ENABLE_CONTEXT } from 'aws-cdk-lib/cx-api';
import type { Construct } from 'constructs';
import type { PipelinePlan } from './pipeline-plan';
import { PipelineResources } from './pipeline-resources';
import type { SideAccess } from '../blue-green/side-access';
import { canonicalJson } from '../private/canonical-json';
import type { SourceReading } from '../sources/source-host';
import { AccountStackSynthesizer } from '../stack/synthesizer';

interface Content {
  readonly plan: PipelinePlan;
  /** How the pipeline reads its branch. */
  readonly reading: SourceReading;
  /** What releases may read and change in the account; undefined: the environment has one account. */
  readonly release?: Required<SideAccess>;
}

interface Location {
  readonly bucketName: string;
  readonly objectKey: string;
}

/** The template of the pipelines of one definition in a stack. They differ only in the values of its parameters. */
export class PipelineTemplate extends Stack {
  /** Returns the template for a plan in the stack of a pipeline. Pipelines with the same plan share it. */
  public static for(
    scope: Construct, content: Content, user: () => CfnResource,
  ): PipelineTemplate {
    const stack = Stack.of(scope);
    const { plan, reading, release } = content;
    const { roleArn, ...action } = reading.action({ repositoryName: '', branchName: '', grantArn: '' });
    const parts = [plan, action, ...(release ? [release] : [])];
    const text = canonicalJson(stack.resolve(parts));
    const id = `PipelineTemplate${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
    const existing = stack.node.tryFindChild(id);
    return existing instanceof PipelineTemplate ? existing : new PipelineTemplate(stack, id, content, user());
  }

  /** One of the resources that use the template: it makes this stack a part of the parent stack for CDK. */
  public readonly nestedStackResource?: CfnResource;
  private asset?: Location;

  private constructor(
    private readonly parentStack: Stack, id: string, { plan, reading, release }: Content, user: CfnResource,
  ) {
    super(parentStack, id, {
      env: { account: Aws.ACCOUNT_ID, region: Aws.REGION },
      synthesizer: new AccountStackSynthesizer(parentStack),
      description: 'The pipeline of an environment (cdk-org-environments)',
      analyticsReporting: false,
    });
    // paths of constructs are useless in another account
    this.node.setContext(PATH_METADATA_ENABLE_CONTEXT, false);
    this.nestedStackResource = user;
    new PipelineResources(this, 'Resources', plan, reading, release);
  }

  /**
   * Warnings and errors of constructs in this stack are reported by the parent stack.
   * @internal
   */
  public get _isTopLevelStack(): boolean {
    return false;
  }

  /** Location of the template in the CICD account; known after the preparation of the app. */
  public get location(): Location {
    // before the preparation, CDK resolves properties only to find references
    return this.asset ?? { bucketName: '<unresolved>', objectKey: '<unresolved>' };
  }

  /**
   * Called by CDK during the preparation of the app.
   * @internal
   */
  public _prepareTemplateAsset(): boolean {
    if (this.asset) return false;
    const template = canonicalJson(this._toCloudFormation());
    this.asset = this.parentStack.synthesizer.addFileAsset({
      packaging: FileAssetPackaging.FILE,
      sourceHash: createHash('sha256').update(template).digest('hex'),
      fileName: this.templateFile,
      displayName: 'Template of the pipelines',
    });
    return true;
  }
}
