import type { Unlisted } from './ports';

/** What AWS says if a policy denies a list; Cloud Control adds the code of the handler of the type. */
const DENIED = new RegExp([
  '^(AccessDenied|UnauthorizedOperation|AuthorizationError|NotAuthorized|Forbidden)|',
  'HandlerErrorCode: (AccessDenied|InvalidCredentials)|is not authorized to perform|explicit deny',
].join(''), 'i');

/** What AWS says if an account or a region cannot use a service at all: then nothing can be there. */
const NOT_USABLE = new RegExp([
  'OptInRequired|SubscriptionRequired|NotSignedUp|not signed up|not subscribed|needs a subscription|',
  'existing .{0,60}customers|new customers|no longer (?:available|open|supported)|discontinued|',
  '(?:not|isn.t) (?:available|supported|enabled) (?:in|for) (?:this|the|your) (?:region|account)',
].join(''), 'i');

/** The id of what a denied list would have shown. */
export const ANY = '*';

/** A list that AWS has rejected. */
export function unlistedOf(error: Error): Unlisted {
  return { unlisted: `${error.name}: ${error.message}`, ...(isDeniedList(error) && { isDenied: true }) };
}

/** Whether it is unknown what a list would have shown, because it was denied. */
function isDeniedList({ name, message }: Error): boolean {
  const text = `${name}: ${message}`;
  return DENIED.test(text) && !NOT_USABLE.test(text);
}
