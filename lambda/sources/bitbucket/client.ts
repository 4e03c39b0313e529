import { basicAuthorization } from '../git/authorization';

/** A request that Bitbucket has rejected. */
export class BitbucketError extends Error {
  public constructor(
    public readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = new.target.name;
  }
}

const API = 'https://api.bitbucket.org/2.0/repositories';
const TIMEOUT_MILLISECONDS = 20_000;

interface Options {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The body in JSON. */
  readonly json?: object;
  /** The body as a form. */
  readonly form?: Readonly<Record<string, string>>;
}

/** https://developer.atlassian.com/cloud/bitbucket/rest/intro/#pagination */
interface Page<Value> {
  readonly values: readonly Value[];
  /** Address of the next page. */
  readonly next?: string;
}

interface List<Value> {
  readonly values: readonly Value[];
  readonly isComplete: boolean;
}

/** The API of Bitbucket. There is no maintained client for it: https://developer.atlassian.com/cloud/bitbucket/rest/ */
export class BitbucketClient {
  public constructor(private readonly token: string) {}

  /** The header of requests of git. */
  public get gitAuthorization(): string {
    return basicAuthorization('x-token-auth', this.token);
  }

  /**
   * Sends a request for a repository.
   *
   * @param path after the name of the repository; its segments are encoded; empty: the repository itself
   * @throws BitbucketError
   */
  public async request(repositoryName: string, path: string, { method = 'GET', json, form }: Options = {}) {
    const body = json ? JSON.stringify(json) : form && new URLSearchParams(form).toString();
    const type = json ? 'application/json' : 'application/x-www-form-urlencoded';
    const response = await fetch(`${API}/${repositoryName}${path === '' ? '' : '/'}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, ...(body !== undefined && { 'content-type': type }) },
      ...(body !== undefined && { body }),
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
    const text = await response.text();
    if (!response.ok) throw new BitbucketError(response.status, messageIn(text));
    return { text, headers: response.headers };
  }

  /** The values of all pages of a list, until there are enough. */
  public async all<Value>(repositoryName: string, path: string, enough: number): Promise<List<Value>> {
    const values: Value[] = [];
    for (let next: string | undefined = path; next !== undefined;) {
      const page: Page<Value> = await this.json<Page<Value>>(repositoryName, next);
      values.push(...page.values);
      next = page.next?.replace(`${API}/${repositoryName}/`, '');
      if (values.length >= enough) return { values, isComplete: next === undefined };
    }
    return { values, isComplete: true };
  }

  /** The response in JSON, of the type that Bitbucket documents. */
  public async json<Body>(repositoryName: string, path: string, options?: Options): Promise<Body> {
    return JSON.parse((await this.request(repositoryName, path, options)).text);
  }
}

/** A path, or a name with slashes, in an address. */
export function encoded(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** https://developer.atlassian.com/cloud/bitbucket/rest/intro/#standardized-error-responses */
function messageIn(text: string): string {
  try {
    const { error }: { error?: { message?: unknown } } = JSON.parse(text);
    if (typeof error?.message === 'string') return error.message;
  } catch {
    // a proxy may answer with a page
  }
  return text.slice(0, 200);
}
