import type { SignatureV4 } from '@smithy/signature-v4';
import type { HistoryEntry } from '../../src/history/contract';
import { HISTORY_SOURCE } from '../../src/history/contract';
import { HANDLER_ENVIRONMENT, NAMES } from '../../src/private/contract';
import { retryTransient } from '../shared/retry';
import { signerOf } from '../shared/signer';

/** The event bus of the organization. */
export interface Events {
  /** Puts one event for each entry. */
  put(entries: readonly HistoryEntry[]): Promise<void>;
}

/** Limit of PutEvents. */
const MAX_ENTRIES = 10;
const TIMEOUT_MILLISECONDS = 5000;
/** The event is less important than the response to CloudFormation, for which the function has a minute. */
const RETRY_MILLISECONDS = 10_000;

/**
 * The event bus in AWS. PutEvents is the only operation that handlers need of EventBridge, so they sign its request
 * themselves.
 */
export class EventBus implements Events {
  public constructor(private readonly environment: NodeJS.ProcessEnv = process.env) {}

  public async put(entries: readonly HistoryEntry[]): Promise<void> {
    for (let first = 0; first < entries.length; first += MAX_ENTRIES) {
      const body = JSON.stringify({ Entries: entries.slice(first, first + MAX_ENTRIES).map(eventOf) });
      await retryTransient(async () => this.send(body), RETRY_MILLISECONDS);
    }
  }

  private async send(body: string): Promise<void> {
    const { AWS_ENDPOINT_URL: override, [HANDLER_ENVIRONMENT.EVENTS_ENDPOINT]: endpoint = '' } = this.environment;
    const { protocol, hostname, host, origin } = new URL(override ?? endpoint);
    const { headers } = await this.signer().sign({
      method: 'POST',
      protocol,
      hostname,
      path: '/',
      headers: { host, 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSEvents.PutEvents' },
      body,
    });
    const response = await fetch(`${origin}/`, { method: 'POST', headers, body, signal: timeout() });
    const text = await response.text();
    if (!response.ok) throw failure(response.status, text);
    const { FailedEntryCount: failed = 0 }: { FailedEntryCount?: number } = JSON.parse(text);
    if (failed > 0) throw failure(500, text);
  }

  private signer(): SignatureV4 {
    const {
      AWS_REGION: region = '',
      AWS_ACCESS_KEY_ID: accessKeyId = '',
      AWS_SECRET_ACCESS_KEY: secretAccessKey = '',
      AWS_SESSION_TOKEN: sessionToken,
    } = this.environment;
    return signerOf('events', region, { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) });
  }
}

function timeout(): AbortSignal {
  return AbortSignal.timeout(TIMEOUT_MILLISECONDS);
}

function eventOf(entry: HistoryEntry) {
  return {
    Source: HISTORY_SOURCE,
    DetailType: entry.change,
    Detail: JSON.stringify(entry),
    EventBusName: NAMES.eventBus,
  };
}

/** An error that is retried if the status says that AWS could not handle the request. */
function failure(statusCode: number, text: string): Error {
  return Object.assign(new Error(`PutEvents returned HTTP status ${statusCode}: ${text.slice(0, 500)}`), {
    $metadata: { httpStatusCode: statusCode },
  });
}
