import { Duration, Token } from 'aws-cdk-lib';
import type { IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { PolicyStatement as Statement } from 'aws-cdk-lib/aws-iam';
import type { Construct, IConstruct } from 'constructs';
import { fail } from '../../private/validate';
import type { EndpointRequest, TrafficRequest } from '../contract';
import type { Endpoint } from '../endpoint';

/** What a share of the traffic is counted in. */
export type CountedIn = 'resolutions' | 'requests' | 'viewers' | 'flows';

/** What an environment needs of its traffic. */
export interface TrafficConfig {
  readonly request: TrafficRequest;
  /** Permissions of the role of the environment. */
  readonly permissions: PolicyStatement[];
  readonly countedIn: CountedIn;
  /** Seconds within which a change is in effect for new clients. */
  readonly secondsInEffect: number;
  /** Seconds after that for which clients may still reach a side without traffic. */
  readonly holdSeconds: number;
  /** Whether both sides can have traffic at the same time. */
  readonly allowsShares: boolean;
}

/** A kind of traffic, behind `Traffic`. */
export interface TrafficKind {
  bind(scope: Construct): TrafficConfig;
}

interface SideEndpoints {
  readonly endpoint?: Endpoint;
  readonly blue?: Endpoint;
  readonly green?: Endpoint;
}

/** The endpoints of both sides. */
export function endpointsOf(
  scope: Construct, { endpoint, blue = endpoint, green = endpoint }: SideEndpoints,
): { readonly blue: EndpointRequest; readonly green: EndpointRequest } {
  if (blue === undefined || green === undefined) {
    const missing = [blue ? [] : 'blue', green ? [] : 'green'].flat().join(' and ');
    fail(scope, `the traffic has no endpoint for ${missing}: give 'endpoint' for both sides, or 'blue' and 'green'`);
  }
  return { blue: blue._bind(scope), green: green._bind(scope) };
}

/** The permissions for calls with the role of the environment, or the permission to assume the role for them. */
export function permissionsFor(role: IRole | undefined, own: () => PolicyStatement[]): PolicyStatement[] {
  if (role === undefined) return own();
  return [new Statement({ sid: 'AssumeTrafficRole', actions: ['sts:AssumeRole'], resources: [role.roleArn] })];
}

/** The part of a request for another role. */
export function roleOf(role: IRole | undefined): { readonly roleArn?: string } {
  return role === undefined ? {} : { roleArn: role.roleArn };
}

const CLAIMS = Symbol.for('cdk-org-environments.traffic-claims');

/**
 * Reserves what divides the traffic for one environment of the app: two would overwrite each other's shares.
 * @param what for example `the record 'shop.example.com' of hosted zone 'Z1'`
 */
export function claim(scope: Construct, what: string): void {
  const root: IConstruct & { [CLAIMS]?: Map<string, string> } = scope.node.root;
  const claims = (root[CLAIMS] ??= new Map());
  const other = claims.get(what);
  if (other !== undefined && other !== scope.node.path) {
    fail(scope, `${what} divides the traffic of '${other}' already: use another one for each environment`);
  }
  claims.set(what, scope.node.path);
}

/** Whole seconds between limits. */
export function secondsIn(scope: Construct, name: string, value: Duration, minimum: number, maximum: number): number {
  if (value.isUnresolved()) return fail(scope, `'${name}' must be known at synthesis, got a token`);
  const seconds = value.toSeconds({ integral: false });
  if (Number.isInteger(seconds) && seconds >= minimum && seconds <= maximum) return seconds;
  return fail(scope, `'${name}' must be ${minimum} to ${maximum} whole seconds, got ${seconds}`);
}

/** The text, if it is known at synthesis. */
export function known(text: string): string | undefined {
  return Token.isUnresolved(text) ? undefined : text;
}
