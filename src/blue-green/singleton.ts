import type { Construct } from 'constructs';
import { checkedParameterName } from './parameter-name';
import type { SingletonRequest } from './release/contract';
import { rejectSubclass } from '../private/reject';
import { fail } from '../private/validate';

const NAME = /^[\w.-]{1,64}$/;

/**
 * What must not run on both sides: a release turns it off on the side that served, and then on on the released side.
 * The applications of both sides define it, turned off. The class cannot be subclassed.
 *
 * @example
 * const singleton = Singleton.rule('nightly-report');
 */
export class Singleton {
  /** A rule of EventBridge on the default event bus. */
  public static rule(ruleName: string): Singleton {
    return new Singleton(scope => ({ kind: 'rule', name: checked(scope, 'rule', ruleName) }));
  }

  /**
   * A schedule of EventBridge Scheduler. Its group has to be given if it is not `default`. A change of a schedule
   * passes on its role, so the role must be in the account of the side.
   */
  public static schedule(scheduleName: string, groupName: string = 'default'): Singleton {
    return new Singleton(scope => ({
      kind: 'schedule', name: checked(scope, 'schedule', scheduleName), group: checked(scope, 'group', groupName),
    }));
  }

  /**
   * A service of ECS, which is stopped by the desired count 0.
   *
   * @param desiredCount number of tasks while it runs: 1 to 1000
   */
  public static ecsService(clusterName: string, serviceName: string, desiredCount: number): Singleton {
    return new Singleton(scope => {
      if (!Number.isInteger(desiredCount) || desiredCount < 1 || desiredCount > 1000) {
        fail(scope, `'desiredCount' must be a whole number from 1 to 1000, got ${desiredCount}`);
      }
      const [cluster, service] = [checked(scope, 'cluster', clusterName), checked(scope, 'service', serviceName)];
      return { kind: 'service', cluster, service, desiredCount };
    });
  }

  /** A parameter of Parameter Store with the value `on` or `off`, which workers read. */
  public static parameter(parameterName: string): Singleton {
    return new Singleton(scope => ({ kind: 'parameter', name: checkedParameterName(scope, parameterName) }));
  }

  private constructor(private readonly bind: (scope: Construct) => SingletonRequest) {
    rejectSubclass(new.target, Singleton, 'use Singleton.rule(), Singleton.schedule() or another factory');
  }

  /** @internal */
  public _bind(scope: Construct): SingletonRequest {
    return this.bind(scope);
  }
}

function checked(scope: Construct, what: string, name: string): string {
  if (NAME.test(name)) return name;
  return fail(scope, `the name of a ${what} must be 1 to 64 letters, digits and '_.-', got '${name}'`);
}
