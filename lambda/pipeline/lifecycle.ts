import { randomUUID } from 'node:crypto';
import type { PipelineOutbound } from './aws';
import { Routes } from './branch-routes';
import { Environments } from './environments';
import { Handover } from './handover';
import { PipelineHooks } from './pipeline-hooks';
import { Teardown } from './teardown';
import { UnknownPipelines } from './unknown-pipelines';
import type { PipelineRequest, PipelineResult } from '../../src/pipeline/contract';
import type { Accounts } from '../cloudformation/accounts';
import type { CicdStack } from '../cloudformation/cicd-stack';
import { Deployment } from '../cloudformation/deployment';
import type { HandlerAccount } from '../cloudformation/handler-account';
import { StackLifecycle } from '../cloudformation/lifecycle';
import { BASELINE_ROLES } from '../cloudformation/roles';
import type { PipelineControl } from '../pipeline-control/control';
import { pipelineKey } from '../registry/pipeline';
import type { Registry } from '../registry/registry';

interface PipelineLifecycleOptions {
  readonly registry: Registry;
  /** The accounts, through the roles that deploy pipelines. */
  readonly accounts: Accounts;
  /** The accounts, through the roles that deploy applications. */
  readonly applications: Accounts;
  readonly outbound: PipelineOutbound;
  readonly cicd: CicdStack;
  readonly control: PipelineControl;
  readonly handlerAccount: HandlerAccount;
  /** @default Date.now */
  readonly now?: () => number;
  /** @default - a random UUID */
  readonly newAttempt?: () => string;
}

/** The lifecycle of the pipeline of an environment. */
export function pipelineLifecycle(options: PipelineLifecycleOptions): StackLifecycle<PipelineRequest, PipelineResult> {
  const {
    registry,
    accounts,
    applications,
    outbound,
    cicd,
    control,
    handlerAccount,
    now = Date.now,
    newAttempt = randomUUID,
  } = options;
  const environments = new Environments(registry, now);
  const handover = new Handover(registry, environments, control, now);
  const teardown = new Teardown(registry, outbound, applications, handlerAccount, environments, handover, now);
  const routes = new Routes(registry, environments);
  const unknown = new UnknownPipelines(applications);
  const deployment = new Deployment<PipelineRequest>(
    { registry, accounts, roles: BASELINE_ROLES, handlerAccount, now, newAttempt },
  );
  return new StackLifecycle<PipelineRequest, PipelineResult>({
    registry,
    cicd,
    deployment,
    hooks: new PipelineHooks(
      { registry, accounts, cicd, environments, routes, handover, teardown, unknown, deployment },
    ),
    keyOf: pipelineKey,
    resultOf: (_request, { stackId }) => ({ stackId }),
    hasAttributes: () => true,
    now,
    newAttempt,
  });
}
