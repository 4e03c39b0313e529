/** Whether the runtime provides version 2 of the SDK, which those before Node.js 18 do. */
export function isOldSdk(request: string, executionEnvironment = ''): boolean {
  return /nodejs1[0-6]\./.test(executionEnvironment) && /^aws-sdk(\/|$)/.test(request);
}
