import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Build } from './build';
import type { Buildspec } from './buildspec';
import type { BuildVariable } from './project';
import type { Credentials } from '../../core/service';

/** Path of the credentials endpoint, followed by the id of the build. */
export const CREDENTIALS_PATH = '/rehearsal/codebuild/';

export interface MachineFolders {
  readonly source: string;
  readonly home: string;
  readonly temporary: string;
  /** Commands that override those of this machine. */
  readonly tools: string;
}

/** Environment variables of this machine for package managers; no others are passed to a build. */
const OF_THIS_MACHINE = [
  /^npm_config_(registry|cache|userconfig|globalconfig|cafile|strict_ssl|https?_proxy|noproxy)$/i,
  /^((https?|no|all)_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR))$/i,
];

/** The base environment of a build: what CodeBuild sets, and the endpoint of the simulated AWS. */
export function machineVariables(
  build: Build,
  folders: MachineFolders,
  credentials: Credentials,
  endpoint: string,
): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && OF_THIS_MACHINE.some(pattern => pattern.test(entry[0])),
  );
  return {
    npm_config_userconfig: join(homedir(), '.npmrc'),
    npm_config_cache: join(homedir(), '.npm'),
    ...Object.fromEntries(kept),
    // what a build installs globally must not change this machine
    npm_config_prefix: folders.home,
    PATH: [folders.tools, join(folders.home, 'bin'), ...ownPath()].join(delimiter),
    HOME: folders.home,
    TMPDIR: folders.temporary,
    LANG: 'C.UTF-8',
    CI: 'true',
    ...awsVariables(build, credentials, endpoint),
    // no update notices and no telemetry
    CDK_NOTICES: 'false',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    ...ownVariables(build, folders.source),
  };
}

function awsVariables(
  { id, project: { region } }: Build,
  credentials: Credentials,
  endpoint: string,
): Record<string, string> {
  return {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    // where CodeBuild provides credentials for `credential_source=EcsContainer`
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint}${CREDENTIALS_PATH}${id}`,
    AWS_ENDPOINT_URL: endpoint,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}

function ownVariables({ id, arn, number, startedAt, project, request }: Build, source: string): Record<string, string> {
  return {
    CODEBUILD_CI: 'true',
    CODEBUILD_AWS_ACCOUNT_ID: project.accountId,
    CODEBUILD_BUILD_ARN: arn,
    CODEBUILD_BUILD_ID: id,
    CODEBUILD_BUILD_IMAGE: project.image,
    CODEBUILD_BUILD_NUMBER: String(number),
    CODEBUILD_BUILD_SUCCEEDING: '1',
    CODEBUILD_INITIATOR: request.initiator,
    CODEBUILD_LOG_PATH: id.slice(id.indexOf(':') + 1),
    CODEBUILD_PROJECT_ARN: project.arn,
    CODEBUILD_PROJECT_NAME: project.name,
    CODEBUILD_SRC_DIR: source,
    ...request.sourceVersion !== undefined && { CODEBUILD_RESOLVED_SOURCE_VERSION: request.sourceVersion },
    CODEBUILD_START_TIME: String(Math.floor(startedAt)),
  };
}

/** Removes the variables of a surrounding `npm run` or `npx`. */
function ownPath(): string[] {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter(folder => !/[\\/]node_modules[\\/]|[\\/]node-gyp-bin$/.test(folder));
}

/** Merges the variables of the specification, the project and the start; the last one wins. */
export function givenVariables(spec: Buildspec, build: Build): BuildVariable[] {
  const kinds = [
    ['variables', 'PLAINTEXT'],
    ['parameter-store', 'PARAMETER_STORE'],
    ['secrets-manager', 'SECRETS_MANAGER'],
  ] as const;
  const ofSpec = kinds.flatMap(([member, type]) =>
    Object.entries(spec.env?.[member] ?? {}).map(([name, value]) => ({ name, value, type })),
  );
  return [...ofSpec, ...build.project.variables, ...build.request.variables];
}
