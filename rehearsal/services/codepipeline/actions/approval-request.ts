import type { ActionContext } from './action';
import type { Publication } from '../../../core/publication';

/**
 * The message that asks for an approval.
 *
 * @see https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals-json-format.html
 */
export function approvalRequest(
  { run, pipeline }: Pick<ActionContext, 'run' | 'pipeline'>, topicArn: string, expires: Date,
): Publication {
  const { name, region } = pipeline;
  const { CustomData: customData, ExternalEntityLink: link } = run.configuration;
  const page = `https://console.aws.amazon.com/codesuite/codepipeline/pipelines/${name}/view?region=${region}`;
  return {
    topicArn,
    subject: `APPROVAL NEEDED: AWS CodePipeline ${name} for action ${run.action.Name}`,
    body: JSON.stringify({
      region,
      consoleLink: page,
      approval: {
        pipelineName: name,
        stageName: run.stageName,
        actionName: run.action.Name,
        token: run.token,
        expires: expires.toISOString().replace(/:\d\d\.\d+Z$/, 'Z'),
        externalEntityLink: link ?? null,
        approvalReviewLink: `${page}#/${run.stageName}/${run.action.Name}/approve/${run.token}`,
        customData: customData ?? null,
      },
    }),
  };
}
