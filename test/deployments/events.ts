import type { PipelineDetail, CodePipelineEvent } from '../../lambda/deployments/change';
import type { Registry } from '../../lambda/registry/registry';
import { putEnvironment } from '../registry/environments';

export const MEMBER = '111111111111';
export const START = Date.parse('2026-03-01T12:00:00Z');

/** Gives an account to an environment, as the pipeline function does. */
export async function holdLease(registry: Registry, accountId: string, environmentName: string): Promise<void> {
  await putEnvironment(registry, {
    environmentName,
    pipelineName: environmentName,
    host: 'codecommit',
    repositoryName: 'shop',
    repositoryArn: 'arn:aws:codecommit:eu-central-1:222222222222:shop',
    branchName: `env/${environmentName}`,
    gate: 'Synth',
    state: 'enabled',
    applications: 'keep',
    pipelineKey: `pipeline#${accountId}#eu-central-1#${environmentName}`,
    stackId: 'cicd',
    accountId,
    region: 'eu-central-1',
  });
}

type Told = Partial<PipelineDetail> & { readonly account?: string };

/** An event of an execution, some seconds after the start of all. */
export function happened(
  executionId: string,
  second: number,
  { account = MEMBER, ...detail }: Told,
): CodePipelineEvent {
  return {
    account,
    region: 'eu-central-1',
    time: new Date(START + second * 1000).toISOString().replace('.000', ''),
    detail: { 'pipeline': 'test1', 'execution-id': executionId, 'state': 'STARTED', ...detail },
  };
}

/** Only the first event of a run has it. */
const trigger = (type: string) => ({ 'execution-trigger': { 'trigger-type': type } });
const sourceType = { type: { category: 'Source' } };
const buildType = { type: { category: 'Build' } };

/** The events of an execution that deploys a commit in twenty seconds. */
export function deployment(
  executionId: string,
  second: number,
  commitId = 'c0ffee',
  account = MEMBER,
): CodePipelineEvent[] {
  return [
    happened(executionId, second, { ...trigger('StartPipelineExecution') }),
    happened(executionId, second, { stage: 'Source' }),
    happened(executionId, second + 5, {
      'stage': 'Source',
      'action': 'Source',
      'state': 'SUCCEEDED',
      ...sourceType,
      'execution-result': { 'external-execution-id': commitId },
    }),
    happened(executionId, second + 10, { stage: 'Deploy' }),
    happened(executionId, second + 10, { stage: 'Deploy', action: 'Deploy', ...buildType }),
    happened(executionId, second + 20, { stage: 'Deploy', action: 'Deploy', state: 'SUCCEEDED', ...buildType }),
    happened(executionId, second + 20, { stage: 'Deploy', state: 'SUCCEEDED' }),
    happened(executionId, second + 20, { state: 'SUCCEEDED' }),
  ].map(event => ({ ...event, account }));
}

/** The same, but it fails in a stage after ten seconds. */
export function failure(executionId: string, second: number, stage = 'Deploy', commitId = 'bad'): CodePipelineEvent[] {
  return [
    ...deployment(executionId, second, commitId).slice(0, 3),
    happened(executionId, second + 10, { stage }),
    happened(executionId, second + 10, {
      stage,
      'action': 'Verify',
      'state': 'FAILED',
      ...buildType,
      'execution-result': { 'external-execution-summary': 'the smoke test has failed' },
    }),
    happened(executionId, second + 10, { stage, state: 'FAILED' }),
    happened(executionId, second + 10, { state: 'FAILED' }),
  ];
}

/** An execution that deploys the commit before again, in ten seconds. */
export function rollback(executionId: string, second: number): CodePipelineEvent[] {
  return [
    happened(executionId, second, { ...trigger('AutomatedRollback') }),
    happened(executionId, second, { stage: 'Deploy' }),
    happened(executionId, second + 10, { stage: 'Deploy', state: 'SUCCEEDED' }),
    happened(executionId, second + 10, { state: 'SUCCEEDED' }),
  ];
}
