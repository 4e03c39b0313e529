import { deployToBucket } from './bucket-deployment';
import { setNotifications } from './bucket-notifications';
import type { CdkHandler } from './handler';

/** The functions of `aws-cdk-lib`, by the part of their logical ids that is the same in every app. */
const HANDLERS: readonly (readonly [logicalId: RegExp, handler: CdkHandler])[] = [
  [/^CustomCDKBucketDeployment8693BB64968944B69AAFB0CC9EB8756C/, deployToBucket],
  [/BucketNotificationsHandler050a0587b7544547bf325f094a3db834/, setNotifications],
];

/** Returns what a function of a template does if it is a Python handler of the CDK; undefined for other functions. */
export function cdkHandlerOf(logicalId: string, runtime: string): CdkHandler | undefined {
  if (!runtime.startsWith('python')) return undefined;
  return HANDLERS.find(([pattern]) => pattern.test(logicalId))?.[1];
}
