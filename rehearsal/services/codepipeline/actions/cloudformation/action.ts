import { ArtifactFiles } from './artifact-files';
import { stackConfiguration, type StackConfiguration } from './configuration';
import { stackValues } from './parameters';
import { StackCalls, type StackService } from './stack-calls';
import { partitionOfRegion, urlSuffixOf } from '../../../../core/partition';
import { zip } from '../../../../core/zip';
import type { ArtifactStore } from '../../../s3/artifacts';
import type { ActionContext, ActionOutcome, ActionRunner } from '../action';
import { putArtifacts } from '../source-artifacts';

/** States in which REPLACE_ON_FAILURE deletes a stack first. */
const FAILED = ['ROLLBACK_COMPLETE', 'ROLLBACK_FAILED', 'CREATE_FAILED', 'DELETE_FAILED', 'UPDATE_ROLLBACK_FAILED'];
const NO_UPDATES = /No updates are to be performed/;

interface StackActionParts {
  readonly stacks: StackService;
  readonly artifacts: ArtifactStore;
}

/** Creates, updates, replaces or deletes a stack, directly or with a change set. */
export function cloudFormationAction(parts: StackActionParts): ActionRunner {
  return async context => new StackAction(parts, context, stackConfiguration(context.run.configuration)).run();
}

class StackAction {
  private readonly calls: StackCalls;
  private readonly files: ArtifactFiles;

  public constructor(
    private readonly parts: StackActionParts, private readonly context: ActionContext,
    private readonly configuration: StackConfiguration,
  ) {
    this.calls = new StackCalls(parts.stacks, context, configuration.stackName);
    this.files = new ArtifactFiles(parts.artifacts, context);
  }

  public async run(): Promise<ActionOutcome> {
    const { mode } = this.configuration;
    this.context.run.externalExecutionId = this.configuration.stackName;
    if (mode === 'DELETE_ONLY') {
      await this.remove();
      return {};
    }
    if (mode === 'CHANGE_SET_REPLACE') await this.replaceChangeSet();
    else if (mode === 'CHANGE_SET_EXECUTE') await this.executeChangeSet();
    else await this.deploy(mode === 'REPLACE_ON_FAILURE');
    const outputs = (await this.calls.state())?.outputs ?? {};
    await this.writeOutputs(outputs);
    return { variables: outputs };
  }

  private async deploy(replacesFailed: boolean): Promise<void> {
    const known = await this.calls.state();
    const isReplaced = replacesFailed && known !== undefined && FAILED.includes(known.status);
    if (isReplaced) await this.remove();
    const isNew = known === undefined || isReplaced;
    try {
      await this.withTemplate(async input => this.calls.call(isNew ? 'CreateStack' : 'UpdateStack', input));
    } catch (error) {
      if (!isNew && error instanceof Error && NO_UPDATES.test(error.message)) return;
      throw error;
    }
    await this.calls.ended(isNew ? is('CREATE_COMPLETE') : is('UPDATE_COMPLETE'));
  }

  private async remove(): Promise<void> {
    const { roleArn } = this.configuration;
    if (await this.calls.state() === undefined) return;
    await this.calls.call('DeleteStack', { RoleARN: roleArn });
    await this.calls.ended(is('DELETE_COMPLETE'));
  }

  private async replaceChangeSet(): Promise<void> {
    const { changeSetName: ChangeSetName } = this.configuration;
    const known = await this.calls.state();
    if (known !== undefined) await this.calls.call('DeleteChangeSet', { ChangeSetName });
    const isNew = known === undefined || known.status === 'REVIEW_IN_PROGRESS';
    await this.withTemplate(async input => this.calls.call('CreateChangeSet', {
      ...input, ChangeSetName, ChangeSetType: isNew ? 'CREATE' : 'UPDATE',
    }));
    await this.calls.assertDescribable(ChangeSetName);
  }

  private async executeChangeSet(): Promise<void> {
    const { changeSetName: ChangeSetName } = this.configuration;
    // CodePipeline counts a change set without changes as executed
    if (await this.calls.isEmpty(ChangeSetName)) return;
    await this.calls.call('ExecuteChangeSet', { ChangeSetName });
    await this.calls.ended(status => /^(CREATE|UPDATE)_COMPLETE$/.test(status));
  }

  /** Makes a request with the template of the action. */
  private async withTemplate(send: (input: Record<string, unknown>) => Promise<unknown>): Promise<void> {
    const { templatePath = '', capabilities, roleArn } = this.configuration;
    const template = await this.files.read(templatePath);
    const suffix = urlSuffixOf(partitionOfRegion(this.context.actor.region));
    const { parameters, tags } = await stackValues(this.configuration, this.files, suffix);
    const { bucket } = this.files.location(templatePath.split('::')[0]);
    const { url, discard } = this.parts.artifacts.stage(bucket, template);
    try {
      await send({
        TemplateURL: url,
        Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => (
          { ParameterKey, ParameterValue }
        )),
        Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
        Capabilities: capabilities,
        RoleARN: roleArn,
      });
    } finally {
      discard();
    }
  }

  /** Writes the outputs of the stack into the output artifact. */
  private async writeOutputs(outputs: Readonly<Record<string, string>>): Promise<void> {
    const { outputFileName } = this.configuration;
    if (outputFileName === undefined || this.context.outputs.length === 0) return;
    const content = Buffer.from(JSON.stringify(outputs));
    putArtifacts(this.parts.artifacts, this.context, await zip([{ path: outputFileName, content, mode: 0o100644 }]));
  }
}

function is(wanted: string): (status: string) => boolean {
  return status => status === wanted;
}
