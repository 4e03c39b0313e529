import * as v from 'valibot';
import { ActionError, type ActionContext, type ActionRunner } from './action';
import { AwsError } from '../../../core/service';
import type { BuildVariable } from '../../codebuild/project';
import type { CodeBuild } from '../../codebuild/service';

const Variables = v.array(
  v.object({
    name: v.string(),
    value: v.string(),
    type: v.optional(v.picklist(['PLAINTEXT', 'PARAMETER_STORE', 'SECRETS_MANAGER']), 'PLAINTEXT'),
  }),
);

/** Starts a CodeBuild build and waits for its end. */
export function codeBuildAction(codebuild: CodeBuild, partition: string): ActionRunner {
  return async context => {
    const { run, actor } = context;
    const build = start(codebuild, partition, context);
    run.externalExecutionId = build.id;
    const console = `https://console.aws.amazon.com/codebuild/home?region=${actor.region}`;
    run.externalExecutionUrl = `${console}#/builds/${build.id}/view/new`;
    await build.completion;
    if (build.status === 'SUCCEEDED') return { variables: build.exported };
    const { phase, code, message } = build.failure ?? {
      phase: build.phases.at(-2)?.type,
      code: undefined,
      message: undefined,
    };
    const details = code === undefined ? '' : `. Phase: ${phase}, Code: ${code}, Message: ${message}`;
    throw new ActionError('JobFailed', `Build terminated with state: ${build.status}${details}`);
  };
}

function start(
  codebuild: CodeBuild,
  partition: string,
  { run, actor, pipeline, outputs, execution }: ActionContext,
): ReturnType<CodeBuild['start']> {
  const { ProjectName: projectName = '', EnvironmentVariables: variables, PrimarySource: primary } = run.configuration;
  const arn = `arn:${partition}:codebuild:${actor.region}:${actor.caller.accountId}:project/${projectName}`;
  if (run.inputs.length > 1 && !run.inputs.some(({ name }) => name === primary)) {
    throw new ActionError(
      'ConfigurationError',
      `Action ${run.action.Name} has ${run.inputs.length} input artifacts: PrimarySource must name one of them`,
    );
  }
  const inputs = [...run.inputs].sort((one, other) => Number(other.name === primary) - Number(one.name === primary));
  try {
    actor.assertAllowed('codebuild:StartBuild', arn);
    actor.assertAllowed('codebuild:BatchGetBuilds', arn);
    return codebuild.start(actor.caller, actor.region, projectName, {
      variables: variables === undefined ? [] : given(variables),
      initiator: `codepipeline/${pipeline.name}`,
      inputs,
      outputs,
      sourceVersion: execution.found.at(0)?.revisionId,
    });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new ActionError(
      'JobFailed',
      `Error calling startBuild: ${error.message} (Service: AWSCodeBuild; Status Code: 400; Error Code: ${error.code})`,
    );
  }
}

function given(json: string): BuildVariable[] {
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), Variables), json);
  if (result.success) return result.output;
  throw new ActionError(
    'ConfigurationError',
    `EnvironmentVariables must be a JSON list of name, value and type, got ${json}`,
  );
}
