import * as v from 'valibot';
import { Flag, Text } from '../../core/protocol/read';
import { AwsError } from '../../core/service';

const Count = v.pipe(v.union([v.number(), v.string()]), v.transform(Number));
const TypeId = v.object({ Category: v.string(), Owner: v.string(), Provider: v.string(), Version: Text });
const Configuration = v.optional(v.record(v.string(), v.unknown()), {});

const Action = v.object({
  Name: v.string(),
  ActionTypeId: TypeId,
  Configuration,
  RoleArn: v.optional(v.string()),
  Region: v.optional(v.string()),
  Namespace: v.optional(v.string()),
  RunOrder: v.optional(Count, 1),
  TimeoutInMinutes: v.optional(Count),
  InputArtifacts: v.optional(v.array(v.object({ Name: v.string() })), []),
  OutputArtifacts: v.optional(v.array(v.object({ Name: v.string() })), []),
});
const Rule = v.object({
  Name: v.string(),
  RuleTypeId: v.partial(TypeId),
  Configuration,
  RoleArn: v.optional(v.string()),
  Region: v.optional(v.string()),
});
const conditions = <Result extends string>(results: readonly [Result, ...Result[]]) => v.optional(v.array(v.object({
  Result: v.optional(v.picklist(results)), Rules: v.optional(v.array(Rule), []),
})), []);

const Stage = v.object({
  Name: v.string(),
  Actions: v.array(Action),
  BeforeEntry: v.optional(v.object({ Conditions: conditions(['FAIL', 'SKIP']) })),
  OnSuccess: v.optional(v.object({ Conditions: conditions(['FAIL', 'ROLLBACK']) })),
  OnFailure: v.optional(
    v.object({
      Result: v.optional(v.picklist(['ROLLBACK', 'RETRY', 'FAIL', 'SKIP'])),
      RetryConfiguration: v.optional(
        v.object({ RetryMode: v.optional(v.picklist(['ALL_ACTIONS', 'FAILED_ACTIONS']), 'ALL_ACTIONS') }),
      ),
      Conditions: conditions(['ROLLBACK']),
    }),
  ),
});

const Patterns = v.optional(v.object({
  Includes: v.optional(v.array(v.string()), []),
  Excludes: v.optional(v.array(v.string()), []),
}));
const Trigger = v.object({
  ProviderType: v.literal('CodeStarSourceConnection'),
  GitConfiguration: v.object({
    SourceActionName: v.string(),
    Push: v.optional(v.array(v.object({ Branches: Patterns })), []),
  }),
});

const ArtifactStore = v.object({ Location: v.string(), EncryptionKey: v.optional(v.object({ Id: v.string() })) });

/** The used properties of `AWS::CodePipeline::Pipeline`. */
export const PipelineProperties = v.object({
  Name: v.optional(
    v.pipe(v.string(), v.regex(/^[\w.@-]{1,100}$/, 'a pipeline name has 1 to 100 letters, digits or .@-_')),
  ),
  RoleArn: v.string(),
  PipelineType: v.optional(v.string(), 'V1'),
  ExecutionMode: v.optional(v.picklist(['SUPERSEDED', 'QUEUED', 'PARALLEL']), 'SUPERSEDED'),
  ArtifactStore: v.optional(ArtifactStore),
  ArtifactStores: v.optional(v.array(v.object({ Region: v.string(), ArtifactStore })), []),
  RestartExecutionOnUpdate: Flag,
  Stages: v.array(Stage),
  Triggers: v.optional(v.array(Trigger), []),
  Variables: v.optional(v.array(v.object({ Name: v.string(), DefaultValue: v.optional(v.string()) })), []),
  Tags: v.optional(v.array(v.object({ Key: v.string(), Value: v.string() })), []),
  DisableInboundStageTransitions: v.optional(v.array(v.object({ Reason: v.string(), StageName: v.string() })), []),
});

export type Declaration = v.InferOutput<typeof PipelineProperties>;
export type Stage = v.InferOutput<typeof Stage>;
export type Action = v.InferOutput<typeof Action>;
export type ArtifactStore = v.InferOutput<typeof ArtifactStore>;
export type Rule = v.InferOutput<typeof Rule>;
export type Condition = { readonly Result?: 'FAIL' | 'SKIP' | 'ROLLBACK'; readonly Rules: readonly Rule[] };

/** Checks the rules of CodePipeline that templates break most often. */
export function assertStructure({
  Stages: stages,
  DisableInboundStageTransitions: disabled,
  PipelineType: type,
  Triggers: triggers,
}: Declaration): void {
  const invalid = (why: string): AwsError => new AwsError('InvalidStructureException', why);
  if (stages.length < 2) throw invalid('Pipeline should have at least two stages');
  if (stages.length > 50) throw invalid('Pipeline has more than 50 stages');
  for (const [index, stage] of stages.entries()) {
    if (stage.Actions.length === 0) throw invalid(`Stage ${stage.Name} has no actions`);
    if (stage.Actions.length > 50) throw invalid(`Stage ${stage.Name} has more than 50 actions`);
    const sources = stage.Actions.filter(action => action.ActionTypeId.Category === 'Source').length;
    if (index === 0 && sources !== stage.Actions.length) {
      throw invalid('The first stage may only contain source actions');
    }
    if (index > 0 && sources > 0) {
      throw invalid(`Source actions may only occur in the first stage, but stage ${stage.Name} has one`);
    }
    if (index === 0 && (stage.OnFailure?.Result === 'ROLLBACK' || stage.BeforeEntry)) {
      throw invalid('Rollback and entry conditions are not allowed in the first stage');
    }
    if (type !== 'V2' && (stage.OnFailure ?? stage.OnSuccess ?? stage.BeforeEntry)) {
      throw invalid(`Stage ${stage.Name} has conditions, which need a pipeline of type V2`);
    }
  }
  const sources = stages[0].Actions.filter(({ ActionTypeId }) => ActionTypeId.Provider === 'CodeStarSourceConnection');
  for (const { GitConfiguration: { SourceActionName: name } } of triggers) {
    if (type !== 'V2') throw invalid('Triggers need a pipeline of type V2');
    if (!sources.some(({ Name }) => Name === name)) {
      throw invalid(`The trigger names the action ${name}, which is no source action of a connection`);
    }
  }
  if (new Set(stages.map(stage => stage.Name)).size < stages.length) {
    throw invalid('Stage names must be unique within a pipeline');
  }
  assertNames(stages);
  assertArtifacts(stages);
  for (const { StageName: name } of disabled) {
    if (!stages.some(stage => stage.Name === name)) {
      throw new AwsError('StageNotFoundException', `The pipeline has no stage ${name}`);
    }
  }
}

/** https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ActionDeclaration.html */
const PATTERNS = {
  name: '[A-Za-z0-9.@\\-_]+', namespace: '[A-Za-z0-9@\\-_]+', artifact: '[a-zA-Z0-9_\\-]+',
} as const;

/** Checks the patterns of the names of stages, actions, namespaces and artifacts. */
function assertNames(stages: readonly Stage[]): void {
  for (const [index, { Name: stageName, Actions: actions }] of stages.entries()) {
    const stage = `pipeline.stages.${index + 1}.member`;
    assertPattern('name', `${stage}.name`, stageName);
    for (const [position, action] of actions.entries()) {
      const path = `${stage}.actions.${position + 1}.member`;
      assertPattern('name', `${path}.name`, action.Name);
      if (action.Namespace !== undefined) assertPattern('namespace', `${path}.namespace`, action.Namespace);
      for (const [number, { Name }] of action.OutputArtifacts.entries()) {
        assertPattern('artifact', `${path}.outputArtifacts.${number + 1}.member.name`, Name);
      }
    }
  }
}

function assertPattern(kind: keyof typeof PATTERNS, path: string, value: string): void {
  if (new RegExp(`^(?:${PATTERNS[kind]})$`).test(value) && value.length <= 100) return;
  const constraint = value.length > 100
    ? 'Member must have length less than or equal to 100'
    : `Member must satisfy regular expression pattern: ${PATTERNS[kind]}`;
  throw new AwsError(
    'ValidationException',
    `1 validation error detected: Value '${value}' at '${path}' failed to satisfy constraint: ${constraint}`,
  );
}

/** Checks that every input artifact is the output of an earlier action. */
function assertArtifacts(stages: readonly Stage[]): void {
  const made = new Set<string>();
  for (const stage of stages) {
    for (const action of [...stage.Actions].sort((one, other) => one.RunOrder - other.RunOrder)) {
      const missing = action.InputArtifacts.find(({ Name }) => !made.has(Name));
      if (missing !== undefined) {
        throw new AwsError(
          'InvalidStructureException',
          `Input Artifact Bundle ${missing.Name} in action ${action.Name} is not declared as an output `
            + 'artifact of any action before it',
        );
      }
      for (const { Name } of action.OutputArtifacts) {
        if (made.has(Name)) {
          throw new AwsError(
            'InvalidStructureException',
            `Output Artifact Bundle name must be unique within the pipeline. ${Name} has been used more than once`,
          );
        }
        made.add(Name);
      }
    }
  }
}
