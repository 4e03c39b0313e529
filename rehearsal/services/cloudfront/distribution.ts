import { cacheKey, cacheSeconds, type CachePolicy } from './cache-policy';
import type { Behavior, DistributionConfig, Origin } from './configuration';
import type { ChosenOrigin, FunctionCode, FunctionRequest, FunctionResult } from './function-code';
import { isRecord } from '../../core/protocol/json';

/** A request of a viewer. */
export interface ViewerRequest {
  readonly method?: string;
  /** Path without the query. @default '/' */
  readonly uri?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: Readonly<Record<string, string>>;
  /** Address of the viewer. */
  readonly ip?: string;
}

/** A request to an origin. */
export interface OriginRequest {
  readonly domainName: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends a request to an origin. */
export type Fetch = (request: OriginRequest) => Promise<Answer>;

export interface ViewerAnswer extends Answer {
  /** Where the answer is from; absent if no origin answered. */
  readonly domainName?: string;
  readonly isCached: boolean;
}

/** What a distribution needs of other resources. */
export interface Edge {
  readonly now: () => number;
  codeOf(functionArn: string): FunctionCode | undefined;
  policyOf(id: string | undefined): CachePolicy | undefined;
}

interface Cached {
  readonly until: number;
  readonly answer: Answer;
  readonly domainName: string;
}

/** A distribution with one edge location. */
export class Distribution {
  private readonly cache = new Map<string, Cached>();
  private requests = 0;

  public constructor(
    public readonly id: string,
    public readonly accountId: string,
    public readonly domainName: string,
    public config: DistributionConfig,
    private readonly edge: Edge,
  ) {}

  /** Answers a request: runs the function of the viewer request, then asks the cache or the origin. */
  public async handle(given: ViewerRequest, fetch: Fetch): Promise<ViewerAnswer> {
    const request = eventRequest(given, this.domainName);
    const behavior = this.behaviorOf(request.uri);
    const result = await this.runFunction(behavior, request, given.ip ?? '198.51.100.1').catch(() => undefined);
    if (result === undefined) return failure(503, 'FunctionExecutionError');
    const returned = result.value;
    if (!isRecord(returned)) return failure(502, 'FunctionValidationError');
    if (returned.statusCode !== undefined) return generated(returned);
    const changed: FunctionRequest = { ...request, ...returned };
    const policy = this.edge.policyOf(behavior.CachePolicyId);
    const origin = this.originOf(behavior, result.origin);
    if (origin === undefined || policy === undefined) return failure(502, 'FunctionValidationError');
    return this.fromCache(policy, changed, origin, fetch);
  }

  private async runFunction(behavior: Behavior, request: FunctionRequest, ip: string): Promise<FunctionResult> {
    const association = behavior.FunctionAssociations.find(({ EventType: type }) => type === 'viewer-request');
    if (association === undefined) return { value: request };
    const code = this.edge.codeOf(association.FunctionARN);
    if (code === undefined) throw new Error(`the function ${association.FunctionARN} does not exist`);
    return code.run({
      version: '1.0',
      context: {
        distributionDomainName: this.domainName,
        distributionId: this.id,
        eventType: 'viewer-request',
        requestId: `request-${++this.requests}`,
      },
      viewer: { ip },
      request,
    });
  }

  private behaviorOf(uri: string): Behavior {
    const { CacheBehaviors: others, DefaultCacheBehavior: standard } = this.config;
    return others.find(({ PathPattern: pattern }) => matches(pattern, uri)) ?? standard;
  }

  /** Returns the origin of a request; undefined if CloudFront rejects the choice of the function. */
  private originOf(behavior: Behavior, chosen: ChosenOrigin = {}): TargetOrigin | undefined {
    const id = chosen.id ?? behavior.TargetOriginId;
    const group = this.config.OriginGroups.Items?.find(candidate => candidate.Id === id);
    const wanted = group?.Members.Items[0].OriginId ?? id;
    const base = this.config.Origins.find(origin => origin.Id === wanted);
    // the access control of the standard origin signs its own host
    if (base === undefined || (chosen.hostHeader !== undefined && base.OriginAccessControlId !== '')) return undefined;
    return target(base, chosen);
  }

  private async fromCache(
    policy: CachePolicy,
    request: FunctionRequest,
    origin: TargetOrigin,
    fetch: Fetch,
  ): Promise<ViewerAnswer> {
    const isCacheable = ['GET', 'HEAD'].includes(request.method);
    const key = `${request.method} ${cacheKey(policy, request)}`;
    const known = this.cache.get(key);
    if (isCacheable && known !== undefined && known.until > this.edge.now()) {
      return { ...withCacheHeader(known.answer, 'Hit'), domainName: known.domainName, isCached: true };
    }
    const { domainName } = origin;
    const answer = await fetch(originRequest(origin, request)).catch(() => undefined);
    if (answer === undefined) return { ...failure(502, 'Error'), domainName };
    const seconds = answer.status === 200 ? cacheSeconds(policy, answer.headers['cache-control']) : 0;
    if (isCacheable && seconds > 0) {
      this.cache.set(key, { until: this.edge.now() + seconds * 1000, answer, domainName });
    }
    return { ...withCacheHeader(answer, 'Miss'), domainName, isCached: false };
  }
}

interface TargetOrigin {
  readonly domainName: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What the function does not set is inherited from the origin of the distribution, also its custom headers. */
function target(base: Origin, chosen: ChosenOrigin): TargetOrigin {
  const inherited = Object.fromEntries(
    base.OriginCustomHeaders.map(({ HeaderName: name, HeaderValue: value }) => [name.toLowerCase(), value]),
  );
  const domainName = chosen.domainName ?? base.DomainName;
  return {
    domainName,
    path: chosen.originPath ?? base.OriginPath,
    headers: { ...chosen.customHeaders ?? inherited, host: chosen.hostHeader ?? domainName },
  };
}

function originRequest({ domainName, path, headers }: TargetOrigin, request: FunctionRequest): OriginRequest {
  const query = new URLSearchParams(plain(request.querystring)).toString();
  const cookies = Object.entries(request.cookies).map(([name, { value }]) => `${name}=${value}`).join('; ');
  return {
    domainName,
    method: request.method,
    path: `${path}${request.uri}${query === '' ? '' : `?${query}`}`,
    headers: { ...plain(request.headers), ...cookies === '' ? {} : { cookie: cookies }, ...headers },
  };
}

function eventRequest(
  { method = 'GET', uri = '/', query = {}, headers = {}, cookies = {} }: ViewerRequest,
  host: string,
): FunctionRequest {
  return {
    method,
    uri,
    querystring: values(query),
    headers: values({ host, ...headers }),
    cookies: values(cookies),
  };
}

function values(plainValues: Readonly<Record<string, string>>): Record<string, { value: string }> {
  return Object.fromEntries(Object.entries(plainValues).map(([name, value]) => [name.toLowerCase(), { value }]));
}

function plain(given: FunctionRequest['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(given).map(([name, { value }]) => [name, value]));
}

/** `*` matches any characters, `?` one. */
function matches(pattern: string, uri: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.');
  return new RegExp(`^/?${escaped.replace(/^\//, '')}$`).test(uri);
}

function withCacheHeader(answer: Answer, result: string): Answer {
  return { ...answer, headers: { ...answer.headers, 'x-cache': `${result} from cloudfront` } };
}

function failure(status: number, result: string): ViewerAnswer {
  return { status, headers: { 'x-cache': `${result} from cloudfront` }, body: '', isCached: false };
}

/** An answer that the function returned. */
function generated(response: Record<string, unknown>): ViewerAnswer {
  const body = isRecord(response.body) ? response.body.data : response.body;
  const headers = isRecord(response.headers) ? response.headers : {};
  return {
    status: Number(response.statusCode),
    headers: {
      ...Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, isRecord(value) ? String(value.value) : String(value)]),
      ),
      'x-cache': 'FunctionGeneratedResponse from cloudfront',
    },
    body: typeof body === 'string' ? body : '',
    isCached: false,
  };
}
