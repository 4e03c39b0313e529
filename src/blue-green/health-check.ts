import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Endpoint } from './endpoint';
import type { HealthRequest } from './release/contract';
import type { SideAccess } from './side-access';
import { rejectSubclass } from '../private/reject';
import { fail } from '../private/validate';

/** Options of `HealthCheck.http`. */
export interface HttpHealthCheckProps {
  /**
   * Host name or URL of the side, read in its account. The function of the release must reach it: a public address.
   * Without `http://` before it, the request uses HTTPS.
   */
  readonly endpoint: Endpoint;

  /**
   * Path of the request, with a slash at its beginning.
   *
   * @default '/'
   */
  readonly path?: string;

  /**
   * Expected status. Redirects are not followed.
   *
   * @default 200
   */
  readonly status?: number;

  /**
   * Text that the body must contain.
   *
   * @default - any body is good
   */
  readonly body?: string;

  /**
   * Number of consecutive good answers: 1 to 100.
   *
   * @default 3
   */
  readonly times?: number;

  /**
   * Time between two requests: 1 second to 5 minutes, in whole seconds.
   *
   * @default Duration.seconds(5)
   */
  readonly interval?: Duration;
}

/** What an environment needs of a health check. */
interface HealthCheckConfig {
  readonly request: HealthRequest;
  /** Permissions of the role of the environment in the CICD account. */
  readonly permissions: readonly PolicyStatement[];
  /** Permissions in the accounts of the sides. */
  readonly access: SideAccess;
}

const ALARM_NAME = /^.{1,255}$/;

/**
 * What shows that a side can serve, before it gets traffic. The class cannot be subclassed.
 *
 * @example
 * const healthCheck = HealthCheck.http({ endpoint: Endpoint.output('shop', 'Url'), path: '/health' });
 */
export class HealthCheck {
  /** An HTTP request to the side. */
  public static http(props: HttpHealthCheckProps): HealthCheck {
    return new HealthCheck(scope => {
      const { path = '/', status = 200, body, times = 3, interval = Duration.seconds(5) } = props;
      if (!path.startsWith('/')) fail(scope, `'path' of a health check must begin with '/', got '${path}'`);
      const endpoint = props.endpoint._bind(scope);
      return {
        request: {
          kind: 'http',
          endpoint,
          path,
          status,
          ...(body !== undefined && { body }),
          times: wholeNumber(scope, 'times', times, 1, 100),
          intervalSeconds: wholeNumber(scope, 'interval', interval.toSeconds({ integral: false }), 1, 300),
        },
        permissions: [],
        access: { endpoints: [endpoint] },
      };
    });
  }

  /**
   * Alarms in the account of the side, which must be in the state OK. An alarm without data is not: let the alarm treat
   * missing data as it should.
   *
   * @param alarmNames names of alarms
   */
  public static alarms(alarmNames: string[]): HealthCheck {
    return new HealthCheck(scope => ({
      request: { kind: 'alarms', names: checkedAlarms(scope, alarmNames) }, permissions: [], access: { alarmNames },
    }));
  }

  /**
   * A function in the CICD account. It receives `{ environmentName, side, accountId, region }`, and fails if the side
   * is not healthy; the message of its error is the reason.
   */
  public static function(target: IFunction): HealthCheck {
    return new HealthCheck(() => ({
      request: { kind: 'function', functionArn: target.functionArn },
      permissions: [new PolicyStatement({
        sid: 'CheckHealth', actions: ['lambda:InvokeFunction'], resources: [target.functionArn],
      })],
      access: {},
    }));
  }

  private constructor(private readonly bind: (scope: Construct) => HealthCheckConfig) {
    rejectSubclass(new.target, HealthCheck, 'use HealthCheck.http(), HealthCheck.alarms() or HealthCheck.function()');
  }

  /** @internal */
  public _bind(scope: Construct): HealthCheckConfig {
    return this.bind(scope);
  }
}

/** @throws unless each name is that of an alarm */
export function checkedAlarms(scope: Construct, names: readonly string[]): string[] {
  if (names.length > 100) fail(scope, `at most 100 alarms can be watched, got ${names.length}`);
  const wrong = names.find(name => !ALARM_NAME.test(name));
  if (wrong !== undefined) fail(scope, `the name of an alarm must have 1 to 255 characters, got '${wrong}'`);
  return [...names];
}

function wholeNumber(scope: Construct, name: string, value: number, minimum: number, maximum: number): number {
  if (Number.isInteger(value) && value >= minimum && value <= maximum) return value;
  return fail(scope, `'${name}' of a health check must be a whole number from ${minimum} to ${maximum}, got ${value}`);
}
