interface OldSdk { readonly config: { update(options: object): void } }

/** Whether a runtime brings the SDK that is asked for: those before Node.js 18 have version 2. */
export function isOldSdk(request: string, executionEnvironment = ''): boolean {
  return /nodejs1[0-6]\./.test(executionEnvironment) && /^aws-sdk(\/|$)/.test(request);
}

/** It does not know the variable that says where AWS is. */
export function leadOldSdk(request: string, loaded: unknown, endpoint: string | undefined): void {
  if (request === 'aws-sdk' && isSdk(loaded)) loaded.config.update({ endpoint, s3ForcePathStyle: true });
}

function isSdk(loaded: unknown): loaded is OldSdk {
  return typeof loaded === 'object' && loaded !== null && 'config' in loaded;
}
