import { randomUUID } from 'node:crypto';
import { AwsHooks, hookClients } from './aws/cicd';
import { AwsSideAccess, SideTraffic } from './aws/side-access';
import { connectSides } from './aws/side-clients';
import { sideWithoutPipeline } from './errors';
import { ReleaseRunner } from './runner';
import type { ReleaseOutcome } from './runner';
import { TrafficComparison } from './traffic-comparison';
import type { SideName } from '../../src/blue-green/contract';
import type { ReleaseConfig, TrafficFinding, TrafficInput } from '../../src/blue-green/release/contract';
import { HANDLER_ENVIRONMENT } from '../../src/private/contract';
import { EventBus } from '../history/events';
import { RegistryHistory } from '../history/history';
import { AwsPipelineControl } from '../pipeline-control/aws';
import { blueGreenKey } from '../registry/blue-green';
import type { BlueGreenRecord } from '../registry/blue-green';
import { environmentKey } from '../registry/environment';
import type { EnvironmentRecord } from '../registry/environment';
import { TableRegistry } from '../registry/table';
import { AwsReleaseMachine } from '../shared/release-machine';
import { withSessionName } from '../shared/session-name';
import { connectedHosts } from '../sources/hosts';
import { trafficOf } from '../traffic/traffic-of';

interface ReleaseInput {
  readonly environmentName: string;
  readonly releaseId: string;
}

const partition = process.env[HANDLER_ENVIRONMENT.PARTITION] ?? 'aws';
const registry = new TableRegistry();
const hosts = connectedHosts();

/**
 * Takes the release of an environment one step forward or back; the state machine invokes it until the end. The check
 * of an environment asks it to compare the traffic.
 */
export async function handler(input: ReleaseInput | TrafficInput): Promise<ReleaseOutcome | TrafficFinding> {
  const { environmentName } = input;
  if ('traffic' in input) return withSessionName(environmentName, 'traffic', async () => compareTraffic(input));
  return withSessionName(environmentName, input.releaseId, async () => advance(input));
}

async function advance({ environmentName, releaseId }: ReleaseInput): Promise<ReleaseOutcome> {
  const { blueGreen, environment } = await recordsOf(environmentName);
  if (!blueGreen || !environment) {
    return { state: 'failed', reason: `environment '${environmentName}' was removed, or has only one side now` };
  }
  const { config } = blueGreen;
  const hooks = new AwsHooks(hookClients(config.roleArn));
  const { connect, traffic } = connected(config, environment);
  return new ReleaseRunner(environmentName, config, {
    registry,
    source: hosts(config.repository),
    control: new AwsPipelineControl(partition),
    traffic,
    sides: new AwsSideAccess(connect, hooks),
    hooks,
    history: new RegistryHistory(registry, new EventBus()),
    machine: new AwsReleaseMachine(),
    now: Date.now,
    newId: () => `release-${randomUUID()}`,
  }).advance(releaseId);
}

/** The check of its pipelines names an environment without a record. */
async function compareTraffic({ environmentName, traffic: mode }: TrafficInput): Promise<TrafficFinding> {
  const { blueGreen, environment } = await recordsOf(environmentName);
  if (!blueGreen || !environment) return {};
  const { config } = blueGreen;
  const { traffic } = connected(config, environment);
  const comparison = new TrafficComparison(environment, config, { registry, traffic, now: Date.now });
  if (mode === 'check') return comparison.check();
  await comparison.repair();
  return {};
}

async function recordsOf(environmentName: string) {
  await registry.prefetch([blueGreenKey(environmentName), environmentKey(environmentName)]);
  const blueGreen = await registry.read<BlueGreenRecord>(blueGreenKey(environmentName));
  return { blueGreen, environment: await registry.read<EnvironmentRecord>(environmentKey(environmentName)) };
}

function connected(config: ReleaseConfig, environment: EnvironmentRecord) {
  const connect = connectSides(partition);
  const sides = { blue: sideOf(environment, 'blue'), green: sideOf(environment, 'green') };
  const traffic = new SideTraffic(trafficOf(config.traffic, config.roleArn), config.traffic, connect, sides);
  return { connect, traffic };
}

function sideOf({ environmentName, sides }: EnvironmentRecord, name: SideName) {
  const pipeline = sides[name]?.pipelines.at(-1);
  if (pipeline) return { name, pipeline };
  throw new Error(sideWithoutPipeline(name, environmentName));
}
