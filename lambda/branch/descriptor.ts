import type { BranchRequest, EnvironmentDescriptor } from '../../src/branch/contract';
import { NAMES } from '../../src/private/contract';
import type { SourceHost } from '../sources/source';

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

/**
 * Reads the descriptor file of a commit; without one, it is empty.
 *
 * @throws if it is not a JSON object
 */
export async function readDescriptor(
  host: Pick<SourceHost, 'file'>, request: BranchRequest, commitId: string,
): Promise<DescriptorFile> {
  const { repositoryName, branchName, environmentName } = request;
  const text = await host.file(repositoryName, commitId, NAMES.descriptor);
  const file = text === undefined ? {} : parseDescriptor(text);
  if (file) return file;
  throw new Error(
    `the file '${NAMES.descriptor}' on branch '${branchName}' of repository '${repositoryName}' is not a JSON `
      + `object, so it cannot describe environment '${environmentName}': rename or fix it, then deploy again`,
  );
}

/** Whether the file contains all values of the descriptor, in any format. */
export function contains(file: DescriptorFile, descriptor: EnvironmentDescriptor): boolean {
  return Object.entries(descriptor).every(([key, value]) => file[key] === value);
}

/** The text of the file with the values of the descriptor. */
export function render(file: DescriptorFile, descriptor: EnvironmentDescriptor): string {
  return `${JSON.stringify({ ...file, ...descriptor }, undefined, 2)}\n`;
}

/** Parses the descriptor file; undefined: it is not a JSON object, so it is not ours. */
function parseDescriptor(text: string): DescriptorFile | undefined {
  try {
    const content: unknown = JSON.parse(text);
    return typeof content === 'object' && content !== null && !Array.isArray(content) ? { ...content } : undefined;
  } catch {
    return undefined;
  }
}
