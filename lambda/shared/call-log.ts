import { Logger } from '@aws-lambda-powertools/logger';
import { sessionName } from './session-name';

const logger = new Logger({ serviceName: 'org-environments' });

const READS = /^(BatchGet|Can|Describe|Get|Head|List|Lookup|Query|Scan|Search|Simulate|Validate)|^(GET|HEAD) /;
/** Clients of the registry and of the events of changes: both have entries of their own in the log. */
const NOT_LOGGED = new Set(['DynamoDBClient', 'DynamoDBDocumentClient', 'EventBridgeClient']);

/** Members that say what a call is about. An external id is a secret. */
const IDENTIFIES = /(?:Id|Arn|ARN|[nN]ame|Bucket)$/;
const IS_SECRET = /^ExternalId$/i;
const MAX_LENGTH = 256;

/**
 * Logs a call that has changed something or has entered an account. Of its input, only names and ids are logged, and
 * nothing of its output: both can contain secrets.
 *
 * @param operation service and operation, for example `Organizations:MoveAccount`
 */
export function logCall(operation: string, input: unknown): void {
  if (READS.test(operation.slice(operation.indexOf(':') + 1))) return;
  logger.info('call', { operation, session: sessionName(), ...identifiersIn(input) });
}

/** The member `logger` of clients of the SDK, which call it after each call. */
export const CALL_LOG = {
  info: (entry: unknown): void => {
    if (!isCall(entry) || NOT_LOGGED.has(entry.clientName)) return;
    logCall(`${entry.clientName.replace(/Client$/, '')}:${entry.commandName.replace(/Command$/, '')}`, entry.input);
  },
  debug: (): void => undefined,
  warn: (): void => undefined,
  error: (): void => undefined,
};

interface SdkCall {
  readonly clientName: string;
  readonly commandName: string;
  readonly input?: unknown;
}

function isCall(entry: unknown): entry is SdkCall {
  return typeof entry === 'object' && entry !== null && 'clientName' in entry && 'commandName' in entry
    && typeof entry.clientName === 'string' && typeof entry.commandName === 'string';
}

function identifiersIn(input: unknown): Record<string, string> {
  if (typeof input !== 'object' || input === null) return {};
  return Object.fromEntries(Object.entries(input).flatMap(([name, value]) => (
    typeof value === 'string' && value.length <= MAX_LENGTH && IDENTIFIES.test(name) && !IS_SECRET.test(name)
      ? [[name, value]]
      : []
  )));
}
