import type { BranchRequest, EnvironmentDescriptor } from '../../src/branch/contract';

/** Content of the descriptor file. Users may have added keys of their own. */
export type DescriptorFile = Readonly<Record<string, unknown>>;

export function descriptorOf(request: BranchRequest): EnvironmentDescriptor {
  return {
    name: request.environmentName,
    accountId: request.accountId,
    region: request.region,
    parent: request.parentName,
    branch: request.branchName,
  };
}

/** Parses the descriptor file; undefined: it is not a JSON object, so it is not ours. */
export function parseDescriptor(text: string): DescriptorFile | undefined {
  try {
    const content: unknown = JSON.parse(text);
    return typeof content === 'object' && content !== null && !Array.isArray(content) ? { ...content } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the file contains all values of the descriptor, in any format. */
export function contains(file: DescriptorFile, descriptor: EnvironmentDescriptor): boolean {
  return Object.entries(descriptor).every(([key, value]) => file[key] === value);
}

/** The text of the file with the values of the descriptor. */
export function render(file: DescriptorFile, descriptor: EnvironmentDescriptor): string {
  return `${JSON.stringify({ ...file, ...descriptor }, undefined, 2)}\n`;
}
