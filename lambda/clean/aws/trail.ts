import type { Api } from '../../shared/api/api';
import { itemsAt, textAt } from '../../shared/api/protocols';
import type { Trail, TrailPage } from '../ports';

/** The events that CloudTrail keeps for 90 days, also without a trail. */
export class AwsTrail implements Trail {
  public constructor(private readonly api: Api, private readonly now: () => number) {}

  public async events(region: string, since: number, page?: string): Promise<TrailPage> {
    // pages belong to the time range that the first call had, so a page names its end
    const [end = '', token] = page?.split(' ') ?? [String(Math.ceil(this.now() / 1000))];
    const response = await this.api.call({
      service: 'cloudtrail',
      region,
      operation: 'LookupEvents',
      input: {
        LookupAttributes: [{ AttributeKey: 'ReadOnly', AttributeValue: 'false' }],
        StartTime: Math.floor(since / 1000),
        EndTime: Number(end),
        MaxResults: 50,
        ...(token !== undefined && { NextToken: token }),
      },
    });
    const next = textAt(response, 'NextToken');
    return {
      events: itemsAt(response, 'Events').map(event => ({
        source: textAt(event, 'EventSource') ?? '',
        name: textAt(event, 'EventName') ?? '',
        types: itemsAt(event, 'Resources').flatMap(resource => textAt(resource, 'ResourceType') ?? []),
      })),
      ...(next !== undefined && { next: `${end} ${next}` }),
    };
  }
}
