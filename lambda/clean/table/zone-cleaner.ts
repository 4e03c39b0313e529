import { tagsAt } from './table-cleaner';
import type { Api } from '../../shared/api/api';
import { itemsAt, textAt, valueAt, xmlText } from '../../shared/api/protocols';
import { isNamed, isPermanentAwsError } from '../../shared/errors';
import type { Resource } from '../model';
import type { CleanableType, Cleaner, Deletion, Listing } from '../ports';

const TYPE = 'AWS::Route53::HostedZone';
const BASE = '/2013-04-01';
const NAMESPACE = 'https://route53.amazonaws.com/doc/2013-04-01/';

/** Record sets of the zone itself, which are deleted with it. */
const OWN_RECORDS = new Set(['NS', 'SOA']);

/** Deletes hosted zones with their record sets. */
export class ZoneCleaner implements Cleaner {
  public readonly name = 'hosted zones';

  public constructor(private readonly api: Api) {}

  public types(): readonly CleanableType[] {
    return [{ type: TYPE, cleaner: this.name, isGlobal: true }];
  }

  public async list({ region }: { readonly region: string }): Promise<Listing> {
    const resources: Resource[] = [];
    let marker: string | undefined;
    do {
      const page = await this.get(region, `${BASE}/hostedzone`, { marker });
      for (const zone of itemsAt(page, 'HostedZones.HostedZone')) {
        const id = (textAt(zone, 'Id') ?? '').split('/').at(-1) ?? '';
        const name = textAt(zone, 'Name') ?? '';
        const managedBy = textAt(zone, 'LinkedService.ServicePrincipal');
        const facts = { name, ...(managedBy !== undefined && { managedBy }) };
        resources.push({ type: TYPE, region, id, cleaner: this.name, facts });
      }
      marker = textAt(page, 'IsTruncated') === 'true' ? textAt(page, 'NextMarker') : undefined;
    } while (marker !== undefined);
    return { resources };
  }

  public async delete({ id, region, facts }: Resource): Promise<Deletion> {
    try {
      await this.deleteRecords(region, id, facts?.name ?? '');
      await this.api.call({ service: 'route53', region, operation: `DELETE ${BASE}/hostedzone/${id}`, input: {} });
      return { state: 'deleted' };
    } catch (error) {
      if (!isPermanentAwsError(error)) throw error;
      return { state: 'failed', failure: { code: error.name, message: error.message } };
    }
  }

  public async status(resource: Resource): Promise<Deletion> {
    return this.delete(resource);
  }

  public async unlock(): Promise<boolean> {
    return false;
  }

  public async tags({ id, region }: Resource): Promise<Readonly<Record<string, string>> | undefined> {
    try {
      const page = await this.get(region, `${BASE}/tags/hostedzone/${id}`);
      return tagsAt(page, 'ResourceTagSet.Tags.Tag');
    } catch (error) {
      if (isNamed(error, 'NoSuchHostedZone')) return undefined;
      throw error;
    }
  }

  /** Deletes the record sets of the first page until only those of the zone itself remain. */
  private async deleteRecords(region: string, id: string, zoneName: string): Promise<void> {
    for (;;) {
      const page = await this.get(region, `${BASE}/hostedzone/${id}/rrset`);
      const records = itemsAt(page, 'ResourceRecordSets.ResourceRecordSet').filter(record => {
        const isOwn = OWN_RECORDS.has(textAt(record, 'Type') ?? '') && textAt(record, 'Name') === zoneName;
        return !isOwn;
      });
      if (records.length === 0) return;
      const changes = records
        .map(one => `<Change><Action>DELETE</Action>${element('ResourceRecordSet', one)}</Change>`);
      const body = `<ChangeResourceRecordSetsRequest xmlns="${NAMESPACE}"><ChangeBatch><Changes>${changes.join('')}`
        + '</Changes></ChangeBatch></ChangeResourceRecordSetsRequest>';
      const operation = `POST ${BASE}/hostedzone/${id}/rrset`;
      await this.api.call({ service: 'route53', region, operation, input: { body } });
    }
  }

  private async get(region: string, path: string, input: Readonly<Record<string, unknown>> = {}) {
    return this.api.call({ service: 'route53', region, operation: `GET ${path}`, input });
  }
}

/** Writes what was read: a record set is deleted by all its values. */
function element(name: string, value: unknown): string {
  if (Array.isArray(value)) return value.map(item => element(name, item)).join('');
  if (typeof value !== 'object' || value === null) return `<${name}>${xmlText(String(value))}</${name}>`;
  return `<${name}>${Object.keys(value).map(key => element(key, valueAt(value, key))).join('')}</${name}>`;
}
