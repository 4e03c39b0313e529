import type { Registry } from './registry';
import type { Halt } from '../../src/operations/contract';
import { RECORDS } from '../../src/registry/contract';

/** An environment is halted until an operator resumes it; deployments do not change that. */
export type HaltRecord = Halt & { readonly environmentName: string };

export function haltKey(environmentName: string): string {
  return `${RECORDS.halt}${environmentName}`;
}

/** Reason given for the disabled transition of a halted pipeline. */
export function haltReason({ by, reason }: Pick<Halt, 'by' | 'reason'>): string {
  return `Halted by ${by}: ${reason}`;
}

export async function haltOf(registry: Registry, environmentName: string): Promise<HaltRecord | undefined> {
  return registry.read<HaltRecord>(haltKey(environmentName));
}

export async function isHalted(registry: Registry, environmentName: string): Promise<boolean> {
  return (await haltOf(registry, environmentName)) !== undefined;
}
