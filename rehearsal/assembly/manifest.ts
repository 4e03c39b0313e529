import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { AssetManifestArtifact, CloudFormationStackArtifact, NestedCloudAssemblyArtifact } from 'aws-cdk-lib/cx-api';
import type { CloudArtifact, CloudAssembly, MetadataEntryResult } from 'aws-cdk-lib/cx-api';
import { legacyAssets, readAssets, type FileAsset, type ImageAsset } from './assets';
import { loadAssembly } from './loader';
import { withPlaceholdersReplaced } from '../core/asset-manifest';
import type { Place } from '../core/service';

const DEFAULT_ACCOUNT = '111111111111';
const DEFAULT_REGION = 'us-east-1';
const DEFAULT_VERSION_PARAMETER = '/cdk-bootstrap/hnb659fds/version';

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

/**
 * Reads a cloud assembly including its stages. Each stack comes after the stacks it depends on.
 *
 * @throws Error if it cannot be deployed, as `loadAssembly`
 */
export function readAssembly(folder: string): AssemblyStack[] {
  return stacksOf(loadAssembly(folder));
}

function stacksOf({ artifacts }: CloudAssembly): AssemblyStack[] {
  return sorted(artifacts).flatMap(artifact => {
    if (NestedCloudAssemblyArtifact.isNestedCloudAssemblyArtifact(artifact)) return stacksOf(artifact.nestedAssembly);
    return CloudFormationStackArtifact.isCloudFormationStackArtifact(artifact) ? [readStack(artifact)] : [];
  });
}

/** Sorts by dependencies, and else as the manifest does. */
function sorted(artifacts: readonly CloudArtifact[]): CloudArtifact[] {
  const ordered = new Set<CloudArtifact>();
  const visit = (artifact: CloudArtifact): void => {
    if (ordered.has(artifact)) return;
    artifact.dependencies.forEach(visit);
    ordered.add(artifact);
  };
  artifacts.forEach(visit);
  return [...ordered];
}

function readStack(stack: CloudFormationStackArtifact): AssemblyStack {
  const { assembly: { directory }, hierarchicalId: displayName } = stack;
  const place = placeOf(stack);
  const metadata = entriesOf(stack);
  const manifests = stack.dependencies.filter(other => AssetManifestArtifact.isAssetManifestArtifact(other));
  const assets = manifests.map(({ file }) => readAssets(directory, path.relative(directory, file), place));
  const legacy = legacyAssets(
    directory, displayName, metadata.filter(({ type }) => type === 'aws:cdk:asset').map(({ data }) => data), place,
  );
  const executionRoleArn = stack.cloudFormationExecutionRoleArn;
  return {
    ...place,
    hasNoAccount: stack.environment.account === 'unknown-account',
    name: stack.stackName,
    displayName,
    dependsOn: stack.dependencies.filter(other => CloudFormationStackArtifact.isCloudFormationStackArtifact(other))
      .map(({ hierarchicalId }) => hierarchicalId),
    template: readFileSync(stack.templateFullPath, 'utf8'),
    paths: Object.fromEntries(metadata.filter(({ type }) => type === 'aws:cdk:logicalId')
      .map(({ data, construct }) => [String(data), construct.slice(1)])),
    parameters: { ...stack.parameters, ...legacy.parameters },
    tags: stack.tags,
    terminationProtection: stack.terminationProtection ?? false,
    executionRoleArn: executionRoleArn && withPlaceholdersReplaced(executionRoleArn, place),
    assets: [...assets.flatMap(({ files }) => files), ...legacy.files],
    images: assets.flatMap(({ images }) => images),
    bootstrap: bootstrapOf(manifests, legacy.files.length > 0),
  };
}

function bootstrapOf(manifests: readonly AssetManifestArtifact[], needsBucket: boolean): AssemblyStack['bootstrap'] {
  const versions = manifests.flatMap(({ requiresBootstrapStackVersion: version }) => version ?? []);
  const [parameter = DEFAULT_VERSION_PARAMETER] = manifests
    .flatMap(({ bootstrapStackVersionSsmParameter: name }) => name ?? []);
  return {
    isRequired: versions.length > 0 || needsBucket,
    qualifier: parameter.split('/')[2],
    version: Math.max(33, ...versions),
  };
}

function placeOf({ environment: { account, region }, hierarchicalId }: CloudFormationStackArtifact): Place {
  if (account !== 'unknown-account' && !/^\d{12}$/.test(account)) {
    throw new Error(`the account of stack '${hierarchicalId}' must have twelve digits, got '${account}'`);
  }
  return {
    accountId: account === 'unknown-account' ? DEFAULT_ACCOUNT : account,
    region: region === 'unknown-region' ? DEFAULT_REGION : region,
  };
}

type Entry = Omit<MetadataEntryResult, 'path'> & { readonly construct: string };

/** The metadata of a stack with its constructs: only the CDK command line also writes their paths into templates. */
function entriesOf({ metadata }: CloudFormationStackArtifact): readonly Entry[] {
  return Object.entries(metadata).flatMap(([construct, entries]) => entries.map(entry => ({ ...entry, construct })));
}
