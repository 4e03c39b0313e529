import type { Registry } from './registry';
import type { Halt } from '../../src/operations/contract';
import { RECORDS } from '../../src/registry/contract';

/** Says that an environment was halted by somebody; it stands until somebody resumes the environment, whatever is deployed meanwhile. */
export type HaltRecord = Halt & { readonly environmentName: string };

export function haltKey(environmentName: string): string {
  return `${RECORDS.halt}${environmentName}`;
}

/** What is written at the gate of a pipeline that was halted. */
export function haltReason({ by, reason }: Pick<Halt, 'by' | 'reason'>): string {
  return `Halted by ${by}: ${reason}`;
}

export async function haltOf(registry: Registry, environmentName: string): Promise<HaltRecord | undefined> {
  return registry.read<HaltRecord>(haltKey(environmentName));
}

export async function isHalted(registry: Registry, environmentName: string): Promise<boolean> {
  return await haltOf(registry, environmentName) !== undefined;
}
