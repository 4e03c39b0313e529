import { createHash } from 'node:crypto';
import { Aws, CfnResource, FileAssetPackaging, Stack } from 'aws-cdk-lib';
import { PATH_METADATA_ENABLE_CONTEXT } from 'aws-cdk-lib/cx-api';
import type { Construct } from 'constructs';
import type { PipelinePlan } from './pipeline-plan';
import { PipelineResources } from './pipeline-resources';
import type { SourceConfig } from '../sources/source-host';
import { AccountStackSynthesizer } from '../stack/synthesizer';

interface Content {
  readonly plan: PipelinePlan;
  /** Reads the branch. */
  readonly action: SourceConfig['action'];
}

interface Location {
  readonly bucketName: string;
  readonly objectKey: string;
}

/**
 * The template of the pipelines of one definition, made once for all environments of a stack: they differ only in the
 * values of its parameters.
 */
export class PipelineTemplate extends Stack {
  /** The template for a plan in the stack of a pipeline; a second pipeline with the same plan gets the same one. */
  public static for(scope: Construct, plan: PipelinePlan, action: SourceConfig['action'], user: () => CfnResource): PipelineTemplate {
    const stack = Stack.of(scope);
    const id = `PipelineTemplate${createHash('sha256').update(JSON.stringify(stack.resolve([plan, action({ repositoryName: '', branchName: '' })]))).digest('hex').slice(0, 8)}`;
    const existing = stack.node.tryFindChild(id);
    return existing instanceof PipelineTemplate ? existing : new PipelineTemplate(stack, id, { plan, action }, user());
  }

  /** Any of the resources that use the template: CDK knows by it that this stack is part of the stack around it. */
  public readonly nestedStackResource?: CfnResource;
  private asset?: Location;

  private constructor(private readonly around: Stack, id: string, { plan, action }: Content, user: CfnResource) {
    super(around, id, {
      env: { account: Aws.ACCOUNT_ID, region: Aws.REGION },
      synthesizer: new AccountStackSynthesizer(around),
      description: 'The pipeline of an environment (cdk-org-environments)',
      analyticsReporting: false,
    });
    // the path of the construct in each resource would be of no use in another account
    this.node.setContext(PATH_METADATA_ENABLE_CONTEXT, false);
    this.nestedStackResource = user;
    new PipelineResources(this, 'Resources', plan, action);
  }

  /**
   * Warnings and errors of what is inside belong to the stack around.
   * @internal
   */
  public get _isTopLevelStack(): boolean {
    return false;
  }

  /** Where the template is in the CICD account; known once the app is prepared. */
  public get location(): Location {
    // before that CDK resolves properties only to find references, and looks at no value
    return this.asset ?? { bucketName: '<unresolved>', objectKey: '<unresolved>' };
  }

  /**
   * Called by CDK while the app is prepared.
   * @internal
   */
  public _prepareTemplateAsset(): boolean {
    if (this.asset) return false;
    const template = JSON.stringify(this._toCloudFormation());
    this.asset = this.around.synthesizer.addFileAsset({
      packaging: FileAssetPackaging.FILE,
      sourceHash: createHash('sha256').update(template).digest('hex'),
      fileName: this.templateFile,
      displayName: 'Template of the pipelines',
    });
    return true;
  }
}
