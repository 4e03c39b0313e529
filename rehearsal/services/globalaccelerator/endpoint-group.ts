import * as v from 'valibot';
import { Flag } from '../../core/protocol/read';
import { AwsError } from '../../core/service';

const DEFAULT_WEIGHT = 128;
const MAXIMUM_WEIGHT = 255;

const Whole = v.pipe(v.union([v.number(), v.string()]), v.transform(Number));

export const Endpoint = v.object({
  EndpointId: v.string(),
  Weight: v.optional(Whole, DEFAULT_WEIGHT),
  ClientIPPreservationEnabled: Flag,
  AttachmentArn: v.optional(v.string()),
});
export type Endpoint = v.InferOutput<typeof Endpoint>;

export const GroupSettings = v.object({
  TrafficDialPercentage: v.optional(Whole),
  HealthCheckPort: v.optional(Whole),
  HealthCheckProtocol: v.optional(v.string()),
  HealthCheckPath: v.optional(v.string()),
  HealthCheckIntervalSeconds: v.optional(Whole),
  ThresholdCount: v.optional(Whole),
});
export type GroupSettings = v.InferOutput<typeof GroupSettings>;

interface Version {
  readonly endpoints: readonly Endpoint[];
  readonly dial: number;
  /** When traffic follows it. */
  readonly at: number;
}

/** An endpoint group: what the API shows, and where its traffic goes. */
export class EndpointGroup {
  private settings: GroupSettings = {};
  private versions: Version[] = [];

  public constructor(
    public readonly arn: string,
    public readonly listenerArn: string,
    public readonly region: string,
  ) {}

  /** The endpoints that the API shows. */
  public get endpoints(): readonly Endpoint[] {
    return this.versions.at(-1)?.endpoints ?? [];
  }

  /** Changes what is given. The list of endpoints is replaced as a whole. @throws AwsError */
  public update(endpoints: readonly Endpoint[] | undefined, settings: GroupSettings, now: number, at: number): void {
    const wanted = endpoints ?? this.endpoints;
    assertValid(wanted);
    const given = Object.entries(settings).filter(([, value]) => value !== undefined);
    this.settings = { ...this.settings, ...Object.fromEntries(given) };
    const dial = this.settings.TrafficDialPercentage ?? 100;
    const current = this.versions.map(version => version.at <= now).lastIndexOf(true);
    this.versions = [...this.versions.slice(Math.max(0, current)), { endpoints: wanted, dial, at }];
  }

  /** Returns the endpoints, and the percentage of traffic for this group, that are in effect at a time. */
  public inEffect(now: number): { readonly endpoints: readonly Endpoint[]; readonly dial: number } {
    return this.versions.filter(version => version.at <= now).at(-1) ?? { endpoints: [], dial: 0 };
  }

  public describe(isHealthy: (endpointId: string) => boolean): Record<string, unknown> {
    return {
      EndpointGroupArn: this.arn,
      EndpointGroupRegion: this.region,
      EndpointDescriptions: this.endpoints.map(endpoint => ({
        EndpointId: endpoint.EndpointId,
        Weight: endpoint.Weight,
        HealthState: isHealthy(endpoint.EndpointId) ? 'HEALTHY' : 'UNHEALTHY',
        ClientIPPreservationEnabled: endpoint.ClientIPPreservationEnabled,
      })),
      TrafficDialPercentage: 100,
      HealthCheckProtocol: 'TCP',
      HealthCheckIntervalSeconds: 30,
      ThresholdCount: 3,
      ...this.settings,
    };
  }
}

function assertValid(endpoints: readonly Endpoint[]): void {
  for (const [index, { Weight: weight }] of endpoints.entries()) {
    if (weight < 0 || weight > MAXIMUM_WEIGHT) {
      const bound = weight < 0 ? 'greater than or equal to 0' : `less than or equal to ${MAXIMUM_WEIGHT}`;
      throw new AwsError(
        'ValidationException',
        `1 validation error detected: Value '${weight}' at 'endpointConfigurations.${index + 1}.member.weight' `
        + `failed to satisfy constraint: Member must have value ${bound}`,
      );
    }
  }
  const ids = endpoints.map(({ EndpointId: id }) => id);
  if (new Set(ids).size < ids.length) {
    throw new AwsError('InvalidArgumentException', 'An endpoint can be only once in an endpoint group.');
  }
}
