import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorIn, isTransient, objectPath } from '../../core/protocol/client';
import { authorizationOf } from '../../core/protocol/signature';

const ECR = 'AmazonEC2ContainerRegistry_V20150921';
const MEDIA_TYPES = {
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  config: 'application/vnd.docker.container.image.v1+json',
  layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
} as const;

/** Attempts of the SDK, and its pause before the first repetition, which it doubles. */
const ATTEMPTS = 3;
const PAUSE_MILLISECONDS = 100;

interface Request {
  readonly service: string;
  readonly method: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** An error with the message of AWS. */
class ResponseError extends Error {
  public readonly isTransient: boolean;

  public constructor(status: number, body: Buffer) {
    const { code, message } = errorIn(body);
    super(message);
    this.isTransient = isTransient(status, code);
  }
}

/** The few calls with which a build publishes assets, to the simulated AWS, which verifies no signatures. */
export class BuildClient {
  /** Returns the client of a build, which has the permissions of its role. */
  public static ofEnvironment(region: string): BuildClient {
    const { AWS_ENDPOINT_URL: endpoint = '', AWS_ACCESS_KEY_ID: accessKeyId = '' } = process.env;
    return new BuildClient(endpoint, region, accessKeyId);
  }

  private constructor(
    private readonly endpoint: string, private readonly region: string, private readonly accessKeyId: string,
  ) {}

  /** Returns the account of the credentials. */
  public async accountId(): Promise<string> {
    return elementOf(await this.sts({ Action: 'GetCallerIdentity' }), 'Account');
  }

  /** Assumes a role, with the error of CDK if it cannot be assumed. */
  public async assume(roleArn: string): Promise<BuildClient> {
    const input = { Action: 'AssumeRole', RoleArn: roleArn, RoleSessionName: 'cdk-assets' };
    const answer = await this.sts(input).catch((error: Error) => {
      throw new Error(
        `Could not assume role in target account using current credentials ${error.message} . Please make sure that `
          + "this role exists in the account. If it doesn't exist, (re)-bootstrap the environment with the right "
          + "'--trust', using the latest version of the CDK CLI.",
      );
    });
    return new BuildClient(this.endpoint, this.region, elementOf(answer, 'AccessKeyId'));
  }

  /** Writes an object, unless it exists. */
  public async putObject(bucket: string, key: string, body: Buffer): Promise<void> {
    const query = new URLSearchParams({ 'list-type': '2', 'prefix': key });
    const listed = await this.send({ service: 's3', method: 'GET', path: `/${bucket}?${query.toString()}` });
    if (listed.includes(`<Key>${key}</Key>`)) return;
    await this.send({ service: 's3', method: 'PUT', path: objectPath(bucket, key), body });
  }

  public async putImage(
    repositoryName: string, imageTag: string, { config, layer }: { readonly config: Buffer; readonly layer: Buffer },
  ): Promise<void> {
    for (const blob of [config, layer]) await this.putLayer(repositoryName, blob);
    const imageManifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.manifest,
      config: { mediaType: MEDIA_TYPES.config, size: config.length, digest: digestOf(config) },
      layers: [{ mediaType: MEDIA_TYPES.layer, size: layer.length, digest: digestOf(layer) }],
    });
    await this.ecr('PutImage', { repositoryName, imageTag, imageManifest }).catch((error: Error) => {
      if (!/already exists/.test(error.message)) throw error;
    });
  }

  private async putLayer(repositoryName: string, blob: Buffer): Promise<void> {
    const { uploadId } = JSON.parse(await this.ecr('InitiateLayerUpload', { repositoryName }));
    await this.ecr('UploadLayerPart', {
      repositoryName,
      uploadId,
      partFirstByte: 0,
      partLastByte: blob.length - 1,
      layerPartBlob: blob.toString('base64'),
    });
    const layerDigests = [digestOf(blob)];
    await this.ecr('CompleteLayerUpload', { repositoryName, uploadId, layerDigests }).catch((error: Error) => {
      if (!/already exists/.test(error.message)) throw error;
    });
  }

  private async sts(input: Readonly<Record<string, string>>): Promise<string> {
    return this.send({
      service: 'sts',
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ Version: '2011-06-15', ...input }).toString(),
    });
  }

  private async ecr(operation: string, input: object): Promise<string> {
    return this.send({
      service: 'ecr',
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${ECR}.${operation}` },
      body: JSON.stringify(input),
    });
  }

  /** Returns the body of the response. @throws ResponseError, or the error of a failed connection */
  private async send(request: Request): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.once(request);
      } catch (error) {
        const isFinal = error instanceof ResponseError && !error.isTransient;
        if (isFinal || attempt === ATTEMPTS) throw error;
        await sleep(PAUSE_MILLISECONDS * 2 ** (attempt - 1));
      }
    }
  }

  private async once({ service, method, path = '/', headers, body }: Request): Promise<string> {
    const { accessKeyId, region } = this;
    const response = await fetch(`${this.endpoint}${path}`, {
      method,
      headers: { ...headers, authorization: authorizationOf({ accessKeyId, region, service }) },
      body: typeof body === 'string' ? body : body && new Uint8Array(body),
    });
    const answer = Buffer.from(await response.arrayBuffer());
    if (!response.ok) throw new ResponseError(response.status, answer);
    return answer.toString();
  }
}

function elementOf(xml: string, name: string): string {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? '';
}

function digestOf(blob: Buffer): string {
  return `sha256:${createHash('sha256').update(blob).digest('hex')}`;
}
