interface OldSdk { readonly config: { update(options: object): void } }

/** Whether the runtime provides version 2 of the SDK, which those before Node.js 18 do. */
export function isOldSdk(request: string, executionEnvironment = ''): boolean {
  return /nodejs1[0-6]\./.test(executionEnvironment) && /^aws-sdk(\/|$)/.test(request);
}

/** Sets the endpoint of version 2 of the SDK, which does not support the environment variable. */
export function leadOldSdk(request: string, loaded: unknown, endpoint: string | undefined): void {
  if (request === 'aws-sdk' && isSdk(loaded)) loaded.config.update({ endpoint, s3ForcePathStyle: true });
}

function isSdk(loaded: unknown): loaded is OldSdk {
  return typeof loaded === 'object' && loaded !== null && 'config' in loaded;
}
