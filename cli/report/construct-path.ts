interface StackResource {
  /** Path of the construct, as far as the template has it. */
  readonly path?: string;
  readonly stackName: string;
  readonly logicalId: string;
}

/** Returns the path of the construct of a resource, or stack name and logical id where the template has no path. */
export function constructPathOf({ path, stackName, logicalId }: StackResource): string {
  return path ?? (logicalId === stackName ? stackName : `${stackName}/${logicalId}`);
}
