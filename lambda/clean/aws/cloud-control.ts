import type { Api } from '../../shared/api/api';
import { itemsAt, textAt, valueAt } from '../../shared/api/protocols';
import { isNamed, isPermanentAwsError } from '../../shared/errors';
import { unlistedOf } from '../denied';
import type { ListTarget, Resource } from '../model';
import type { Cleaner, Deletion, Listing } from '../ports';
import { CHILD_TYPES, UNLOCKS } from '../table/cloud-control-types';
import { tagsAt } from '../table/table-cleaner';

/** The request was made too long ago: it is started again. */
const FORGOTTEN = { code: 'ServiceTimeout', message: 'Cloud Control has forgotten the request' };

/** Lists and deletes resources of all types that Cloud Control knows. */
export class CloudControl implements Cleaner {
  public readonly name = 'cloudcontrol';

  public constructor(private readonly api: Api) {}

  public async list({ type, region, parent }: ListTarget): Promise<Listing> {
    const property = CHILD_TYPES[type]?.property;
    const model = parent && property !== undefined ? JSON.stringify({ [property]: parent.id }) : undefined;
    const resources: Resource[] = [];
    let token: string | undefined;
    try {
      do {
        const input = { TypeName: type, NextToken: token, ...(model !== undefined && { ResourceModel: model }) };
        const page = await this.call(region, 'ListResources', input);
        resources.push(...itemsAt(page, 'ResourceDescriptions').map(one => this.resourceOf(type, region, one)));
        token = textAt(page, 'NextToken');
      } while (token !== undefined);
      return { resources };
    } catch (error) {
      if (!isPermanentAwsError(error)) throw error;
      return unlistedOf(error);
    }
  }

  public async delete({ type, region, id }: Resource, token: string): Promise<Deletion> {
    try {
      const input = { TypeName: type, Identifier: id, ClientToken: token };
      return deletionOf(await this.call(region, 'DeleteResource', input));
    } catch (error) {
      if (!isPermanentAwsError(error)) throw error;
      return { state: 'failed', failure: { code: error.name, message: error.message } };
    }
  }

  public async status({ region }: Resource, request: string): Promise<Deletion> {
    try {
      return deletionOf(await this.call(region, 'GetResourceRequestStatus', { RequestToken: request }));
    } catch (error) {
      if (isNamed(error, 'RequestTokenNotFoundException')) return { state: 'failed', failure: FORGOTTEN };
      throw error;
    }
  }

  public async unlock({ type, region, id }: Resource): Promise<boolean> {
    const patch = UNLOCKS[type];
    if (!patch) return false;
    try {
      const PatchDocument = JSON.stringify(patch);
      await this.call(region, 'UpdateResource', { TypeName: type, Identifier: id, PatchDocument });
    } catch (error) {
      // the next attempt to delete it says what is wrong
      if (!isPermanentAwsError(error)) throw error;
    }
    return true;
  }

  public async tags({ type, region, id }: Resource): Promise<Readonly<Record<string, string>> | undefined> {
    try {
      const found = await this.call(region, 'GetResource', { TypeName: type, Identifier: id });
      return tagsOf(propertiesOf(valueAt(found, 'ResourceDescription'))) ?? {};
    } catch (error) {
      if (isNamed(error, 'ResourceNotFoundException')) return undefined;
      if (isPermanentAwsError(error)) return {};
      throw error;
    }
  }

  private resourceOf(type: string, region: string, description: unknown): Resource {
    const properties = propertiesOf(description);
    const [arn, tags] = [textAt(properties, 'Arn'), tagsOf(properties)];
    return {
      type,
      region,
      id: textAt(description, 'Identifier') ?? '',
      cleaner: this.name,
      ...(arn !== undefined && { arn }),
      ...(tags && { tags }),
    };
  }

  private async call(region: string, operation: string, input: Readonly<Record<string, unknown>>) {
    return this.api.call({ service: 'cloudcontrolapi', region, operation, input });
  }
}

function deletionOf(response: unknown): Deletion {
  const event = valueAt(response, 'ProgressEvent');
  const status = textAt(event, 'OperationStatus');
  if (status === 'SUCCESS') return { state: 'deleted' };
  if (status !== 'FAILED' && status !== 'CANCEL_COMPLETE') {
    return { state: 'running', request: textAt(event, 'RequestToken') ?? '' };
  }
  const code = textAt(event, 'ErrorCode') ?? 'GeneralServiceException';
  return { state: 'failed', failure: { code, message: textAt(event, 'StatusMessage') ?? '' } };
}

function propertiesOf(description: unknown): unknown {
  return JSON.parse(textAt(description, 'Properties') ?? '{}');
}

/** The tags of a resource; undefined if its properties do not contain them. */
function tagsOf(properties: unknown): Readonly<Record<string, string>> | undefined {
  const tags = valueAt(properties, 'Tags');
  if (Array.isArray(tags)) return tagsAt(properties, 'Tags');
  return typeof tags === 'object' && tags !== null ? tags as Readonly<Record<string, string>> : undefined;
}
