import * as v from 'valibot';
import { Text } from '../protocol/read';
import { AwsError } from '../service';

const Stage = v.object({
  Name: v.string(),
  Actions: v.array(v.object({
    Name: v.string(),
    ActionTypeId: v.object({ Category: v.string(), Owner: v.string(), Provider: v.string(), Version: Text }),
    Configuration: v.optional(v.record(v.string(), v.unknown()), {}),
    RoleArn: v.optional(v.string()),
    RunOrder: v.optional(v.pipe(v.union([v.number(), v.string()]), v.transform(Number)), 1),
    InputArtifacts: v.optional(v.array(v.object({ Name: v.string() })), []),
    OutputArtifacts: v.optional(v.array(v.object({ Name: v.string() })), []),
  })),
});

/** The members of `AWS::CodePipeline::Pipeline` that something here depends on. */
export const PipelineProperties = v.object({
  Name: v.optional(v.pipe(v.string(), v.regex(/^[\w.@-]{1,100}$/, 'a pipeline name has 1 to 100 letters, digits or .@-_'))),
  RoleArn: v.string(),
  PipelineType: v.optional(v.string(), 'V1'),
  ExecutionMode: v.optional(v.string(), 'SUPERSEDED'),
  Stages: v.array(Stage),
  DisableInboundStageTransitions: v.optional(v.array(v.object({ Reason: v.string(), StageName: v.string() })), []),
});

export type Stage = v.InferOutput<typeof Stage>;

export interface Execution {
  readonly executionId: string;
  readonly version: number;
  readonly startedAt: number;
  readonly status: 'InProgress' | 'Stopped';
  readonly revisions: readonly { readonly actionName: string; readonly revisionType: string; readonly revisionValue: string }[];
}

export interface Pipeline {
  readonly name: string;
  readonly roleArn: string;
  readonly type: string;
  readonly executionMode: string;
  readonly version: number;
  readonly stages: readonly Stage[];
  /** The reason by the name of the stage whose inbound transition is disabled. */
  readonly disabledTransitions: ReadonlyMap<string, string>;
  readonly executions: readonly Execution[];
}

/** The rules of CodePipeline that a template breaks most easily. */
export function assertStructure(stages: readonly Stage[], disabled: Iterable<string>): void {
  const invalid = (why: string): AwsError => new AwsError('InvalidStructureException', why);
  if (stages.length < 2) throw invalid('Pipeline should have at least two stages');
  if (stages.length > 50) throw invalid('Pipeline has more than 50 stages');
  for (const [index, stage] of stages.entries()) {
    if (stage.Actions.length === 0) throw invalid(`Stage ${stage.Name} has no actions`);
    if (stage.Actions.length > 50) throw invalid(`Stage ${stage.Name} has more than 50 actions`);
    const sources = stage.Actions.filter(action => action.ActionTypeId.Category === 'Source').length;
    if (index === 0 && sources !== stage.Actions.length) throw invalid('The first stage may only contain source actions');
    if (index > 0 && sources > 0) throw invalid(`Source actions may only occur in the first stage, but stage ${stage.Name} has one`);
  }
  if (new Set(stages.map(stage => stage.Name)).size < stages.length) throw invalid('Stage names must be unique within a pipeline');
  for (const name of disabled) {
    if (!stages.some(stage => stage.Name === name)) throw new AwsError('StageNotFoundException', `The pipeline has no stage ${name}`);
  }
}
