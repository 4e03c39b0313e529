import type { ReleaseContext, Step, StepProgress } from './context';
import { nextLook, secondsSince, STEP_DONE, waitFor } from './context';
import { deploy } from './deploy';
import {
  alarmsFiring, approvalTimedOut, hookFailed, hookTimedOut, notHealthy,
  rejected, ReleaseFailedError,
} from './errors';
import { repair } from './repair';
import { turnSingletons } from './singletons';
import { ensureShare } from './traffic-step';
import type { HookRequest, ReleaseStep } from '../../src/blue-green/release/contract';
import { BranchMovedError, MergeConflictError } from '../sources/source';

const POLL_HEALTH = 5;

/** Maximum time of a hook. */
const HOOK_SECONDS = 2 * 3600;

const merge: Step = async ({ config: { repository: { repositoryName } }, to, current, parts: { source } }) => {
  const { branchName } = to.pipeline;
  const { commitId, requested } = current;
  try {
    const message = `chore(release): merge ${requested} (${commitId.slice(0, 12)}) into ${branchName}`;
    return { isDone: true, change: { head: await source.merge({ repositoryName, branchName, commitId, message }) } };
  } catch (error) {
    if (error instanceof BranchMovedError) return waitFor(1);
    if (!(error instanceof MergeConflictError)) throw error;
    throw new ReleaseFailedError(
      `commit ${commitId} conflicts with branch '${branchName}' in ${error.files.join(', ')}: `
        + 'merge it there by hand, then release again',
    );
  }
};

const verify: Step = async context => {
  const { config, current, parts: { sides }, to } = context;
  const found = await Promise.all(config.health.map(async request => sides.health(to, request)));
  const bad = found.find(health => !health.isGood);
  const needed = Math.max(1, ...config.health.map(request => (request.kind === 'http' ? request.times : 1)));
  const goodChecks = bad ? 0 : current.goodChecks + 1;
  if (goodChecks >= needed) return { isDone: true, change: { goodChecks: 0 } };
  if (bad && !bad.isGood && secondsSince(context, current.since) > config.healthSeconds) {
    throw notHealthy(context, bad.problem);
  }
  const interval = Math.min(
    ...config.health.map(request => ('times' in request ? request.intervalSeconds : POLL_HEALTH)),
  );
  const seconds = bad ? nextLook(secondsSince(context, current.since), interval, 60) : interval;
  return waitFor(seconds, { goodChecks });
};

const approve: Step = async context => {
  const { current: { approval, since }, config } = context;
  if (approval?.isApproved) return STEP_DONE;
  if (approval) throw rejected(approval);
  if (secondsSince(context, since) > (config.approvalSeconds ?? 0)) throw approvalTimedOut(context);
  return waitFor(nextLook(secondsSince(context, since), 15, 1200));
};

function hookStep(when: 'before' | 'after'): Step {
  return async context => {
    const hook = context.config[when];
    return hook ? runHook(context, when, hook) : STEP_DONE;
  };
}

async function runHook(context: ReleaseContext, when: 'before' | 'after', hook: HookRequest): Promise<StepProgress> {
  const { environmentName, current, from, to, parts: { hooks } } = context;
  const { releaseId, commitId, head, hookRun } = current;
  if (hookRun === undefined) {
    const event = {
      environmentName,
      releaseId,
      commitId,
      head,
      when,
      from: { side: from.name, accountId: from.pipeline.accountId },
      to: { side: to.name, accountId: to.pipeline.accountId },
    };
    return waitFor(1, { hookRun: await hooks.start(hook, `${releaseId}-${when}`, event) });
  }
  const state = await hooks.state(hook, hookRun);
  if (state.state === 'failed') throw hookFailed(when, state.why);
  if (state.state === 'succeeded') return { isDone: true, change: { hookRun: undefined } };
  if (secondsSince(context, current.since) > HOOK_SECONDS) throw hookTimedOut(when, HOOK_SECONDS);
  return waitFor(nextLook(secondsSince(context, current.since), 10, 60));
}

const shift: Step = async context => {
  const { current, config, parts: { now } } = context;
  const steps = current.kind === 'rollback' || current.isFirst ? [{ percent: 100, seconds: 0 }] : config.shift;
  const { percent, seconds } = steps[current.position] ?? { percent: 100, seconds: 0 };
  if (current.effectiveSince === undefined) {
    const progress = await ensureShare(context, percent);
    if (!progress.isDone) return progress;
    if (seconds > 0) return waitFor(0, { effectiveSince: now() });
  } else {
    await assertNoAlarms(context, percent);
    const elapsed = secondsSince(context, current.effectiveSince);
    if (elapsed < seconds) return waitFor(Math.min(seconds - elapsed, nextLook(elapsed, 15, 60)));
  }
  if (current.position >= steps.length - 1) return { isDone: true, change: { effectiveSince: undefined } };
  return waitFor(0, { position: current.position + 1, effectiveSince: undefined });
};

const singletons: Step = async context => turnSingletons(
  context, { off: context.from, on: context.to, mayBeMissing: false },
);

const bake: Step = async context => {
  await assertNoAlarms(context, 100);
  const elapsed = secondsSince(context, context.current.since);
  const left = context.config.bakeSeconds - elapsed;
  return left <= 0 ? STEP_DONE : waitFor(Math.min(left, nextLook(elapsed, 15, 60)));
};

async function assertNoAlarms({ config: { alarms }, from, to, parts: { sides } }: ReleaseContext, share: number) {
  if (alarms.length === 0) return;
  await Promise.all([from, to].map(async side => {
    const names = await sides.firing(side, alarms);
    if (names.length > 0) throw alarmsFiring(side, names, share);
  }));
}

/** The steps, without the last one. */
export const STEPS: Readonly<Record<Exclude<ReleaseStep, 'commit'>, Step>> = {
  repair, merge, deploy, verify, approve, before: hookStep('before'), shift, singletons, bake, after: hookStep('after'),
};
