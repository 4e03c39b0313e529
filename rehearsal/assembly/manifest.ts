import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import * as v from 'valibot';
import { partitionOfRegion } from '../core/partition';

const DEFAULT_ACCOUNT = '111111111111';
const DEFAULT_REGION = 'us-east-1';
const DEFAULT_VERSION_PARAMETER = '/cdk-bootstrap/hnb659fds/version';

const Stack = v.object({
  type: v.literal('aws:cloudformation:stack'),
  environment: v.string(),
  dependencies: v.optional(v.array(v.string()), []),
  displayName: v.optional(v.string()),
  metadata: v.optional(v.unknown()),
  additionalMetadataFile: v.optional(v.string()),
  properties: v.object({
    templateFile: v.string(),
    stackName: v.optional(v.string()),
    parameters: v.optional(v.record(v.string(), v.string()), {}),
    tags: v.optional(v.record(v.string(), v.string()), {}),
    terminationProtection: v.optional(v.boolean(), false),
    cloudFormationExecutionRoleArn: v.optional(v.string()),
  }),
});
const Assets = v.object({
  type: v.literal('cdk:asset-manifest'),
  dependencies: v.optional(v.array(v.string()), []),
  properties: v.object({
    file: v.string(),
    requiresBootstrapStackVersion: v.optional(v.number()),
    bootstrapStackVersionSsmParameter: v.optional(v.string()),
  }),
});
const Nested = v.object({
  type: v.literal('cdk:cloud-assembly'),
  dependencies: v.optional(v.array(v.string()), []),
  properties: v.object({ directoryName: v.string() }),
});
const Metadata = v.record(v.string(), v.array(v.object({ type: v.string(), data: v.unknown() })));
const Other = v.object({ type: v.string(), dependencies: v.optional(v.array(v.string()), []) });
const Manifest = v.object({ artifacts: v.optional(v.record(v.string(), v.union([Stack, Assets, Nested, Other])), {}) });
type Manifest = v.InferOutput<typeof Manifest>;

const AssetFile = v.object({
  source: v.object({
    path: v.optional(v.string()),
    packaging: v.optional(v.string(), 'file'),
    executable: v.optional(v.array(v.string())),
  }),
  destinations: v.record(
    v.string(),
    v.object({ bucketName: v.string(), objectKey: v.string(), region: v.optional(v.string()) }),
  ),
});
const AssetImage = v.object({
  displayName: v.optional(v.string()),
  destinations: v.record(v.string(), v.object({
    repositoryName: v.string(), imageTag: v.string(), region: v.optional(v.string()),
  })),
});
const AssetManifest = v.object({
  files: v.optional(v.record(v.string(), AssetFile), {}),
  dockerImages: v.optional(v.record(v.string(), AssetImage), {}),
});

interface FileAsset {
  /** Absolute path of a file, or of the folder of a zip asset. */
  readonly path: string;
  readonly zip: boolean;
  readonly bucket: string;
  readonly key: string;
}

interface ImageAsset {
  /** Name that the user sees. */
  readonly name: string;
  /** Hash of everything that the image is built from. */
  readonly hash: string;
  readonly repository: string;
  readonly tag: string;
  readonly region: string;
}

interface Assets {
  readonly files: readonly FileAsset[];
  readonly images: readonly ImageAsset[];
}

/** One stack of an assembly with its target account and region. */
export interface AssemblyStack {
  readonly name: string;
  readonly displayName: string;
  readonly accountId: string;
  readonly region: string;
  /** Whether the app names no account, so that the rehearsal chose one. */
  readonly hasNoAccount: boolean;
  /** Display names of the stacks that it depends on. */
  readonly dependsOn: readonly string[];
  readonly template: string;
  /** The construct path of each logical id. */
  readonly paths: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly terminationProtection: boolean;
  readonly executionRoleArn?: string;
  readonly assets: readonly FileAsset[];
  readonly images: readonly ImageAsset[];
  readonly bootstrap: {
    readonly qualifier: string;
    readonly version: number;
    /** Whether `cdk deploy` checks that there is one. */
    readonly isRequired: boolean;
  };
}

/** Reads a cloud assembly including its stages. Each stack comes after the stacks it depends on. */
export function readAssembly(folder: string): AssemblyStack[] {
  const file = path.join(folder, 'manifest.json');
  if (!existsSync(folder)) {
    throw new Error(
      `the folder '${folder}' does not exist: pass the folder of a cloud assembly, usually cdk.out, or `
        + 'the command that synthesizes it',
    );
  }
  if (!existsSync(file)) throw new Error(`'${folder}' is not a cloud assembly: it contains no manifest.json`);
  const result = v.safeParse(Manifest, JSON.parse(readFileSync(file, 'utf8')));
  if (!result.success) {
    throw new Error(
      `'${file}' is not the manifest of a cloud assembly: ${result.issues[0].message} at `
        + `${v.getDotPath(result.issues[0])}`,
    );
  }
  return sorted(result.output).flatMap(id => {
    const artifact = result.output.artifacts[id];
    if (v.is(Nested, artifact)) return readAssembly(path.join(folder, artifact.properties.directoryName));
    const stack = v.safeParse(Stack, artifact);
    return stack.success ? [readStack(folder, id, stack.output, result.output)] : [];
  });
}

function sorted({ artifacts }: Manifest): string[] {
  const done = new Set<string>();
  const visit = (id: string): void => {
    if (done.has(id) || !(id in artifacts)) return;
    done.add(id);
    artifacts[id].dependencies.forEach(visit);
    ordered.push(id);
  };
  const ordered: string[] = [];
  Object.keys(artifacts).forEach(visit);
  return ordered;
}

function readStack(folder: string, id: string, stack: v.InferOutput<typeof Stack>, manifest: Manifest): AssemblyStack {
  const [, accountId = '', region] = /^aws:\/\/([^/]+)\/(.+)$/.exec(stack.environment) ?? [];
  if (accountId !== 'unknown-account' && !/^\d{12}$/.test(accountId)) {
    throw new Error(`the account of stack '${stack.displayName ?? id}' must have twelve digits, got '${accountId}'`);
  }
  const place = {
    accountId: accountId === 'unknown-account' ? DEFAULT_ACCOUNT : accountId,
    region: region === 'unknown-region' ? DEFAULT_REGION : region,
  };
  const { properties } = stack;
  const manifests = stack.dependencies.map(name => manifest.artifacts[name]).filter(artifact => v.is(Assets, artifact));
  const parameter = manifests.find(assets => assets.properties.bootstrapStackVersionSsmParameter)?.properties
    .bootstrapStackVersionSsmParameter;
  const assets = manifests.map(({ properties: { file } }) => readAssets(folder, file, place));
  return {
    ...place,
    hasNoAccount: accountId === 'unknown-account',
    name: properties.stackName ?? id,
    displayName: stack.displayName ?? id,
    dependsOn: stack.dependencies.flatMap(name => {
      const other = v.safeParse(Stack, manifest.artifacts[name]);
      return other.success ? [other.output.displayName ?? name] : [];
    }),
    template: readFileSync(path.join(folder, properties.templateFile), 'utf8'),
    paths: readPaths(folder, stack),
    parameters: properties.parameters,
    tags: properties.tags,
    terminationProtection: properties.terminationProtection,
    executionRoleArn:
      properties.cloudFormationExecutionRoleArn && placed(properties.cloudFormationExecutionRoleArn, place),
    assets: assets.flatMap(({ files }) => files),
    images: assets.flatMap(({ images }) => images),
    bootstrap: {
      isRequired: manifests.some(file => file.properties.requiresBootstrapStackVersion !== undefined),
      qualifier: (parameter ?? DEFAULT_VERSION_PARAMETER).split('/')[2],
      version: Math.max(33, ...manifests.map(file => file.properties.requiresBootstrapStackVersion ?? 0)),
    },
  };
}

/** Construct paths from the manifest: only the CDK command line also writes them into the templates. */
function readPaths(folder: string, stack: v.InferOutput<typeof Stack>): Record<string, string> {
  const file = stack.additionalMetadataFile && path.join(folder, stack.additionalMetadataFile);
  const metadata = v.safeParse(Metadata, file ? JSON.parse(readFileSync(file, 'utf8')) : stack.metadata);
  if (!metadata.success) return {};
  return Object.fromEntries(Object.entries(metadata.output).flatMap(([construct, entries]) => entries
    .filter(({ type }) => type === 'aws:cdk:logicalId').map(({ data }) => [String(data), construct.slice(1)])));
}

interface Place {
  readonly accountId: string;
  readonly region: string;
}

function readAssets(folder: string, file: string, place: Place): Assets {
  const { files, dockerImages } = v.parse(AssetManifest, JSON.parse(readFileSync(path.join(folder, file), 'utf8')));
  const there = ({ region = place.region }: { region?: string }): Place => ({ ...place, region });
  return {
    files: Object.values(files).flatMap(({ source, destinations }) => Object.values(destinations).map(destination => {
      const { path: sourcePath, executable } = source;
      if (sourcePath === undefined) {
        throw new Error(
          `the rehearsal does not run commands that build assets, and '${file}' needs '${executable?.join(' ')}'`,
        );
      }
      return {
        path: path.resolve(folder, sourcePath),
        zip: source.packaging === 'zip',
        bucket: placed(destination.bucketName, there(destination)),
        key: placed(destination.objectKey, there(destination)),
      };
    })),
    images: Object.entries(dockerImages).flatMap(([hash, image]) => Object.values(image.destinations).map(target => ({
      name: image.displayName ?? hash,
      hash,
      repository: placed(target.repositoryName, there(target)),
      tag: placed(target.imageTag, there(target)),
      region: there(target).region,
    }))),
  };
}

function placed(value: string, place: Place): string {
  return value
    .replaceAll('${AWS::AccountId}', place.accountId)
    .replaceAll('${AWS::Region}', place.region)
    .replaceAll('${AWS::Partition}', partitionOfRegion(place.region));
}
