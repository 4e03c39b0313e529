import type { Api } from '../../shared/api/api';
import { textAt } from '../../shared/api/protocols';
import { isPermanentAwsError } from '../../shared/errors';
import type { Resource } from '../model';
import type { Stops } from '../ports';
import { callSpec, listSpec } from '../table/calls';
import { STOP_PARENTS, STOP_SPECS } from '../table/stop-types';
import type { StopSpec } from '../table/stop-types';
import { tagsAt } from '../table/table-cleaner';

/** Lists and stops what creates other resources. */
export class AwsStops implements Stops {
  public readonly types = STOP_SPECS.map(({ type }) => type);

  public constructor(private readonly api: Api, private readonly accountId: string) {}

  public async list(region: string, type: string): Promise<readonly Resource[]> {
    const spec = specOf(type);
    try {
      if (spec.parent === undefined) return await this.listIn(spec, region);
      const found: Resource[] = [];
      for (const parent of await this.parentsOf(spec, region)) found.push(...await this.listIn(spec, region, parent));
      return found;
    } catch (error) {
      // the service is not used in this region, or the account may not use it
      if (!isPermanentAwsError(error)) throw error;
      return [];
    }
  }

  public async stop({ type, region, id, facts }: Resource): Promise<void> {
    const spec = specOf(type);
    const values = { account: this.accountId, id, parent: facts?.parent };
    const target = { service: spec.service, region };
    const { before } = spec;
    const item = before && textAt(await callSpec(this.api, target, before, values), before.path);
    if (before && item === undefined) return;
    await callSpec(this.api, target, spec.stop, { ...values, item });
  }

  private async listIn(spec: StopSpec, region: string, parent?: string): Promise<readonly Resource[]> {
    const values = { account: this.accountId, parent };
    const items = await listSpec(this.api, { service: spec.service, region }, spec.list, values);
    return items.map(item => {
      const arn = spec.arn === undefined ? undefined : textAt(item, spec.arn);
      const managedBy = spec.facts?.managedBy === undefined ? undefined : textAt(item, spec.facts.managedBy);
      return {
        type: spec.type,
        region,
        id: textAt(item, spec.id) ?? '',
        cleaner: '',
        ...(arn !== undefined && { arn }),
        ...(spec.tags !== undefined && { tags: tagsAt(item, spec.tags) }),
        facts: { ...(managedBy !== undefined && { managedBy }), ...(parent !== undefined && { parent }) },
      };
    });
  }

  private async parentsOf({ parent = '', service }: StopSpec, region: string): Promise<readonly string[]> {
    const spec = STOP_PARENTS[parent];
    if (!spec) return [];
    const items = await listSpec(this.api, { service, region }, spec.list, { account: this.accountId });
    return items.flatMap(item => textAt(item, spec.id) ?? []);
  }
}

function specOf(type: string): StopSpec {
  const spec = STOP_SPECS.find(one => one.type === type);
  if (spec) return spec;
  throw new Error(`the table has no type '${type}'`);
}
