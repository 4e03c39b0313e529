import { noBlueGreen, notBlueGreen } from './errors';
import { SIDES } from '../../../src/blue-green/contract';
import { LISTED } from '../../../src/registry/contract';
import { blueGreenKey } from '../../registry/blue-green';
import type { BlueGreenRecord } from '../../registry/blue-green';
import { environmentKey } from '../../registry/environment';
import type { EnvironmentRecord } from '../../registry/environment';
import type { Registry, Versioned } from '../../registry/registry';

interface Found {
  readonly blueGreen: Versioned<BlueGreenRecord>;
  readonly environment: Versioned<EnvironmentRecord>;
}

/** The records of a blue/green environment. @throws if there is none with the name, with the names that exist */
export async function findBlueGreen(registry: Registry, environmentName: string): Promise<Found> {
  const blueGreen = await registry.read<BlueGreenRecord>(blueGreenKey(environmentName));
  const environment = await registry.read<EnvironmentRecord>(environmentKey(environmentName));
  if (blueGreen && environment) return { blueGreen, environment };
  if (environment) throw notBlueGreen(environmentName);
  const environments = await registry.list<EnvironmentRecord>(LISTED.environment);
  const known = environments.filter(({ sides }) => SIDES.some(side => sides[side] !== undefined));
  throw noBlueGreen(environmentName, known.map(({ environmentName: name }) => name).sort());
}
