import type { BranchRequest, EnvironmentDescriptor } from '../../src/branch/contract';

/** What stands in the file: an object, because people may have added keys of their own to ours. */
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

/** Undefined: the text is not a JSON object, so it is somebody else's file. */
export function parseDescriptor(text: string): DescriptorFile | undefined {
  try {
    const content: unknown = JSON.parse(text);
    return typeof content === 'object' && content !== null && !Array.isArray(content) ? { ...content } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the file says already all that is to be said; how it is formatted does not matter. */
export function contains(file: DescriptorFile, descriptor: EnvironmentDescriptor): boolean {
  return Object.entries(descriptor).every(([key, value]) => file[key] === value);
}

export function render(file: DescriptorFile, descriptor: EnvironmentDescriptor): string {
  return `${JSON.stringify({ ...file, ...descriptor }, undefined, 2)}\n`;
}
