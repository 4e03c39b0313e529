import { randomUUID } from 'node:crypto';
import type { Surroundings } from './aws';
import { PipelineCompanion } from './companion';
import { Environments } from './environments';
import { Handover } from './handover';
import { Routes } from './routes';
import { Teardown } from './teardown';
import type { PipelineRequest, PipelineResult } from '../../src/pipeline/contract';
import type { Accounts } from '../cloudformation/accounts';
import { Deployment } from '../cloudformation/deployment';
import type { Home } from '../cloudformation/errors';
import { StackLifecycle } from '../cloudformation/lifecycle';
import { BASELINE_ROLES } from '../cloudformation/roles';
import type { PipelineControl } from '../pipeline-control/control';
import { pipelineKey } from '../registry/pipeline';
import type { Registry } from '../registry/registry';

interface PipelineLifecycleOptions {
  readonly registry: Registry;
  /** Entered as pipelines are deployed. */
  readonly accounts: Accounts;
  /** Entered as applications are deployed. */
  readonly applications: Accounts;
  readonly surroundings: Surroundings;
  readonly control: PipelineControl;
  readonly home: Home;
  /** @default - the time */
  readonly now?: () => number;
  /** @default - a random name */
  readonly newAttempt?: () => string;
}

/** The life of the pipeline of an environment. */
export function pipelineLifecycle(options: PipelineLifecycleOptions): StackLifecycle<PipelineRequest, PipelineResult> {
  const { registry, accounts, applications, surroundings, control, home, now = Date.now, newAttempt = randomUUID } = options;
  const environments = new Environments(registry, now);
  const handover = new Handover(registry, environments, control, now);
  const teardown = new Teardown(registry, surroundings, applications, home, environments, handover, now);
  const routes = new Routes(registry, environments);
  return new StackLifecycle<PipelineRequest, PipelineResult>({
    registry,
    deployment: new Deployment({ registry, accounts, roles: BASELINE_ROLES, home, now, newAttempt }),
    companion: new PipelineCompanion({ registry, accounts, surroundings, environments, routes, handover, teardown }),
    keyOf: pipelineKey,
    resultOf: (_request, { stackId }) => ({ stackId }),
    now,
    newAttempt,
  });
}
