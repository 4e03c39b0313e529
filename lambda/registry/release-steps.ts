import type { CurrentRelease } from './release';
import { RELEASE_STEPS } from '../../src/blue-green/release/contract';
import type { ReleaseConfig, ReleaseStep } from '../../src/blue-green/release/contract';

type Planned = Pick<CurrentRelease, 'kind' | 'isFirst'>;

/** The steps of a release that have something to do. */
export function stepsOf(config: ReleaseConfig, release: Planned): readonly ReleaseStep[] {
  return RELEASE_STEPS.filter(step => !isSkipped(step, config, release));
}

function isSkipped(step: ReleaseStep, config: ReleaseConfig, { kind, isFirst }: Planned): boolean {
  const isRollback = kind === 'rollback';
  switch (step) {
    case 'merge':
    case 'deploy':
      return isRollback;
    case 'verify':
      return config.health.length === 0;
    case 'approve':
      return isRollback || config.approvalSeconds === undefined;
    case 'before':
    case 'after':
      return isRollback || !config[step];
    case 'singletons':
      return config.singletons.length === 0;
    case 'bake':
      // a first release has no way back
      return isRollback || config.bakeSeconds === 0 || isFirst === true;
    default:
      return false;
  }
}
