import { createHash } from 'node:crypto';

const ECR = 'AmazonEC2ContainerRegistry_V20150921';
const MEDIA_TYPES = {
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  config: 'application/vnd.docker.container.image.v1+json',
  layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
} as const;

interface Request {
  readonly service: string;
  readonly method: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** The few calls with which a build publishes assets, to the simulated AWS, which verifies no signatures. */
export class AwsClient {
  /** Returns the client of a build, which has the permissions of its role. */
  public static ofEnvironment(region: string): AwsClient {
    const { AWS_ENDPOINT_URL: endpoint = '', AWS_ACCESS_KEY_ID: accessKeyId = '' } = process.env;
    return new AwsClient(endpoint, region, accessKeyId);
  }

  private constructor(
    private readonly endpoint: string, private readonly region: string, private readonly accessKeyId: string,
  ) {}

  /** Assumes a role, with the error of CDK if it cannot be assumed. */
  public async assume(roleArn: string): Promise<AwsClient> {
    const query = { Action: 'AssumeRole', Version: '2011-06-15', RoleArn: roleArn, RoleSessionName: 'cdk-assets' };
    const answer = await this.send({
      service: 'sts',
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(query).toString(),
    }).catch((error: Error) => {
      throw new Error(
        `Could not assume role in target account using current credentials ${error.message} . Please make sure that `
          + "this role exists in the account. If it doesn't exist, (re)-bootstrap the environment with the right "
          + "'--trust', using the latest version of the CDK CLI.",
      );
    });
    return new AwsClient(this.endpoint, this.region, elementOf(answer, 'AccessKeyId'));
  }

  /** Writes an object, unless it exists. */
  public async putObject(bucket: string, key: string, body: Buffer): Promise<void> {
    const query = new URLSearchParams({ 'list-type': '2', 'prefix': key });
    const listed = await this.send({ service: 's3', method: 'GET', path: `/${bucket}?${query.toString()}` });
    if (listed.includes(`<Key>${key}</Key>`)) return;
    const path = key.split('/').map(encodeURIComponent).join('/');
    await this.send({ service: 's3', method: 'PUT', path: `/${bucket}/${path}`, body });
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

  private async ecr(operation: string, input: object): Promise<string> {
    return this.send({
      service: 'ecr',
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${ECR}.${operation}` },
      body: JSON.stringify(input),
    });
  }

  /** Returns the body of the response. @throws Error with the message of AWS */
  private async send({ service, method, path = '/', headers, body }: Request): Promise<string> {
    const scope = `${this.accessKeyId}/20000101/${this.region}/${service}/aws4_request`;
    const response = await fetch(`${this.endpoint}${path}`, {
      method,
      headers: { ...headers, authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0` },
      body: typeof body === 'string' ? body : body && new Uint8Array(body),
    });
    const text = await response.text();
    if (response.ok) return text;
    throw new Error(/"message":"([^"]*)"/i.exec(text)?.[1] ?? elementOf(text, 'Message'));
  }
}

function elementOf(xml: string, name: string): string {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? '';
}

function digestOf(blob: Buffer): string {
  return `sha256:${createHash('sha256').update(blob).digest('hex')}`;
}
