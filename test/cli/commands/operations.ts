import { stripVTControlCharacters } from 'node:util';
import type { HistoryEntry } from '../../../src/history/contract';
import type { Drift, LeftoverOutcome, OperationRequest, PipelineIdentity } from '../../../src/operations/contract';

export const DEV: PipelineIdentity = {
  environmentName: 'dev', accountId: '300000000001', region: 'eu-central-1', pipelineName: 'dev',
};
export const PROD: PipelineIdentity = {
  ...DEV, environmentName: 'production', accountId: '300000000002', pipelineName: 'production',
};
export const ANNA = 'arn:aws:sts::222222222222:assumed-role/Operator/anna';

/** A fake of the operations function that always returns these pipelines, and the output of a command that uses it. */
export function fakeOperations(
  pipelines: readonly object[], removedHalts: readonly string[] = [], history: readonly HistoryEntry[] = [],
  leftovers: readonly LeftoverOutcome[] = [], drifts: readonly Drift[] = [],
) {
  const requests: OperationRequest[] = [];
  const lines: string[] = [];
  const operations = {
    callerArn: async () => ANNA,
    invoke: async <Outcome>(request: OperationRequest) => {
      requests.push(request);
      return { pipelines: pipelines as Outcome[], removedHalts, history, leftovers, drifts };
    },
  };
  return { operations, requests, lines, write: (line: string) => { lines.push(stripVTControlCharacters(line)); } };
}
