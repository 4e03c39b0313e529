import {
  ChangeResourceRecordSetsCommand,
  GetChangeCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from '@aws-sdk/client-route-53';
import type { Change, ResourceRecordSet, Route53ClientConfig } from '@aws-sdk/client-route-53';
import { isNamed } from '../../shared/errors';
import { ConcurrentChangeError } from '../changes';
import { inWords } from '../errors';
import type { Subject } from '../errors';
import { normalized } from '../records';
import type { ZoneRecords } from '../route53';

/** A record to delete is not as given, or one to create exists. */
const CONFLICT = /but (it was not found|it already exists|the values provided do not match)/;

/** A hosted zone of Route 53. */
export class Route53Zone implements ZoneRecords {
  private readonly client: Route53Client;
  private readonly subject: Subject;
  private readonly what: string;

  public constructor(
    private readonly hostedZoneId: string,
    roleArn: string,
    config: Route53ClientConfig,
  ) {
    this.client = new Route53Client(config);
    this.what = `hosted zone '${hostedZoneId}'`;
    this.subject = {
      what: this.what,
      missing: ['NoSuchHostedZone'],
      advice: "correct 'hostedZone' of the traffic, deploy, then try again",
      roleArn,
    };
  }

  public async named(recordName: string): Promise<readonly ResourceRecordSet[]> {
    const { ResourceRecordSets: records = [] } = await inWords(this.subject, () =>
      this.client.send(new ListResourceRecordSetsCommand({
        HostedZoneId: this.hostedZoneId,
        StartRecordName: recordName,
      })),
    );
    return records.filter(({ Name: name = '' }) => normalized(name) === normalized(recordName));
  }

  public async change(changes: readonly Change[]): Promise<string> {
    return inWords(this.subject, async () => {
      try {
        const { ChangeInfo: info } = await this.client.send(new ChangeResourceRecordSetsCommand({
          HostedZoneId: this.hostedZoneId,
          ChangeBatch: { Changes: [...changes], Comment: 'Release of org-environments' },
        }));
        return info?.Id ?? '';
      } catch (error) {
        throw isConflict(error) ? new ConcurrentChangeError(`records of ${this.what}`) : error;
      }
    });
  }

  public async isInSync(changeId: string): Promise<boolean> {
    return inWords(this.subject, async () => {
      try {
        const { ChangeInfo: info } = await this.client.send(new GetChangeCommand({ Id: changeId }));
        return info?.Status === 'INSYNC';
      } catch (error) {
        if (isNamed(error, 'NoSuchChange')) return false;
        throw error;
      }
    });
  }
}

function isConflict(error: unknown): boolean {
  if (isNamed(error, 'PriorRequestNotComplete')) return true;
  return isNamed(error, 'InvalidChangeBatch') && error instanceof Error && CONFLICT.test(messagesOf(error));
}

/** The SDK puts the reasons beside the message. */
function messagesOf(error: Error & { readonly messages?: unknown }): string {
  return [error.message, ...(Array.isArray(error.messages) ? error.messages : [])].join(' ');
}
