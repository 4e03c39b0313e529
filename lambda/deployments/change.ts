import type { EventBridgeEvent } from 'aws-lambda';

/** An event of CodePipeline: of a whole run, of a stage, or of an action. */
export type CodePipelineEvent = Pick<
  EventBridgeEvent<string, PipelineDetail>,
  'account' | 'region' | 'time' | 'detail'
>;

export interface PipelineDetail {
  readonly 'pipeline': string;
  readonly 'execution-id': string;
  readonly 'state': string;
  readonly 'start-time'?: string;
  readonly 'pipeline-execution-attempt'?: number;
  /** Only in the first event of a run. */
  readonly 'execution-trigger'?: { readonly 'trigger-type'?: string };
  readonly 'stage'?: string;
  readonly 'action'?: string;
  readonly 'type'?: { readonly category?: string };
  readonly 'input-artifacts'?: readonly { readonly s3location?: { readonly key?: string } }[];
  readonly 'execution-result'?: {
    readonly 'external-execution-id'?: string;
    readonly 'external-execution-summary'?: string;
  };
}

/** The change of a run that an event reports. */
export type Change = { readonly at: number } & (
  | {
    readonly of: 'run';
    readonly name: string;
    readonly attempt: number;
    readonly startedAt?: number;
    readonly rollback: boolean;
  }
  | { readonly of: 'source'; readonly commitId: string }
  | { readonly of: 'deployment' }
  | { readonly of: 'artifacts'; readonly artifacts: readonly string[] }
  | { readonly of: 'approval'; readonly isOpen: boolean }
  | { readonly of: 'failure'; readonly stage: string; readonly action?: string; readonly message?: string }
);

/** The stage in which a pipeline starts to change its account. */
export const DEPLOY_STAGE = 'Deploy';

/** Returns the change that an event reports; undefined: nothing that is recorded. */
export function changeOf({ time, detail }: CodePipelineEvent): Change | undefined {
  const at = Date.parse(time);
  const { state, stage, action } = detail;
  if (stage === undefined) return { at, of: 'run', ...wholeRun(detail) };
  const { 'external-execution-id': id, 'external-execution-summary': message } = detail['execution-result'] ?? {};
  if (state === 'FAILED') return { at, of: 'failure', stage, ...(action && { action }), ...(message && { message }) };
  if (stage === DEPLOY_STAGE && state === 'STARTED') {
    return action === undefined ? { at, of: 'deployment' } : { at, of: 'artifacts', artifacts: artifactsOf(detail) };
  }
  if (detail.type?.category === 'Approval') {
    const isOpen = state === 'STARTED';
    return isOpen || state === 'SUCCEEDED' ? { at, of: 'approval', isOpen } : undefined;
  }
  return detail.type?.category === 'Source' && state === 'SUCCEEDED' && id
    ? { at, of: 'source', commitId: id }
    : undefined;
}

function artifactsOf({ 'input-artifacts': artifacts = [] }: PipelineDetail): readonly string[] {
  return artifacts.flatMap(({ s3location }) => s3location?.key ?? []);
}

function wholeRun(detail: PipelineDetail) {
  const {
    state,
    'start-time': startedAt,
    'pipeline-execution-attempt': attempt = 1,
    'execution-trigger': trigger,
  } = detail;
  const rollback = trigger?.['trigger-type']?.endsWith('Rollback') ?? false;
  return { name: state, attempt, rollback, ...(startedAt && { startedAt: Date.parse(startedAt) }) };
}
