import { Names, Stack, Token } from 'aws-cdk-lib';
import { CfnResourceShare } from 'aws-cdk-lib/aws-ram';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { connectionReading, OutputFormat } from './connection-reading';
import type { SourceHostName } from './contract';
import { requireReadable } from './credentials';
import type { SourceConfig, SourceGrant, SourceHost, SourceReader } from './source-host';
import { internalsOf } from '../organization/internals';
import type { IOrganization } from '../organization/organization-interface';
import { NAMES } from '../private/contract';
import { fail } from '../private/validate';

/** A repository that pipelines read through a connection, and branches are created in with the API of the host. */
export interface ConnectedRepository {
  readonly host: Exclude<SourceHostName, 'codecommit'>;
  /** `owner/name`. */
  readonly fullName: string;
  readonly connectionArn: string;
  readonly credentials: ISecret;
}

interface HostKind {
  readonly address: string;
  readonly format: OutputFormat;
  /** Whether its API merges a commit into a branch. */
  readonly mergesBranches: boolean;
  readonly name: RegExp;
  readonly nameRule: string;
}

/** https://docs.aws.amazon.com/codepipeline/latest/userguide/connections.html */
const KINDS: Readonly<Record<ConnectedRepository['host'], HostKind>> = {
  github: {
    address: 'https://github.com',
    format: OutputFormat.ARCHIVE,
    mergesBranches: true,
    name: /^[\w-][\w.-]*\/[\w.-]{1,100}$/,
    nameRule: "'owner' and 'repository' must be letters, digits and '._-'",
  },
  bitbucket: {
    address: 'https://bitbucket.org',
    format: OutputFormat.ARCHIVE,
    mergesBranches: false,
    name: /^[\w-][\w.-]*\/[\w.-]{1,100}$/,
    nameRule: "'workspace' and 'repository' must be letters, digits and '._-'",
  },
  gitlab: {
    address: 'https://gitlab.com',
    // GitLab allows five downloads of archives per minute and repository
    format: OutputFormat.CLONE,
    mergesBranches: false,
    name: /^[\w-][\w.-]*(\/[\w.-]{1,255})+$/,
    nameRule: "'group' and 'project' must be letters, digits and '._-', with '/' between groups",
  },
};

/** A repository of GitHub, GitLab or Bitbucket. */
export class ConnectionHost implements SourceHost {
  public constructor(private readonly repository: ConnectedRepository) {}

  public bind(scope: Construct, organization: IOrganization): SourceConfig {
    const { host, fullName, connectionArn, credentials } = this.repository;
    const { name, nameRule, address, format, mergesBranches } = KINDS[host];
    if (!Token.isUnresolved(fullName) && !name.test(fullName)) fail(scope, `${nameRule}, got '${fullName}'`);
    checkConnection(scope, connectionArn);
    const { repositoryCredentials } = internalsOf(scope, organization);
    if (repositoryCredentials) requireReadable(scope, this.repository, repositoryCredentials);
    return {
      repository: {
        host,
        repositoryName: fullName,
        repositoryArn: `${address}/${fullName}`,
        connectionArn,
        credentialsArn: credentials.secretArn,
      },
      key: `${address}/${fullName}`,
      reading: connectionReading(format),
      isDefinedByApp: () => false,
      grantRead: reader => share(connectionArn, reader),
      credentials,
      reportsPushes: false,
      mergesBranches,
    };
  }
}

const CONNECTION = /^arn:aws[a-z-]*:codeconnections:([a-z0-9-]+):(\d{12}):connection\/[\w-]+$/;

/** @throws if the connection cannot be shared with the accounts of environments */
function checkConnection(scope: Construct, connectionArn: string): void {
  if (Token.isUnresolved(connectionArn)) return;
  if (connectionArn.includes(':codestar-connections:')) {
    fail(scope, `the connection '${connectionArn}' has a former kind of ARN (codestar-connections), which cannot be `
      + "shared with other accounts: create a new connection, whose ARN contains ':codeconnections:'");
  }
  const [, region, account] = CONNECTION.exec(connectionArn) ?? fail(
    scope,
    "'connectionArn' must be an ARN like 'arn:aws:codeconnections:<region>:<account>:connection/<id>', "
      + `got '${connectionArn}'`,
  );
  const stack = Stack.of(scope);
  const differs = (ours: string, theirs: string) => !Token.isUnresolved(ours) && ours !== theirs;
  if (differs(stack.region, region) || differs(stack.account, account)) {
    fail(scope, `the connection '${connectionArn}' must be in the account and region of the stack `
      + `(${stack.account}/${stack.region}), which shares it with the accounts of environments; create one there`);
  }
}

/**
 * Shares the connection with one account of the organization.
 *
 * https://docs.aws.amazon.com/dtconsole/latest/userguide/connections-share.html
 */
function share(connectionArn: string, { scope, accountId }: SourceReader): SourceGrant {
  const name = Names.uniqueResourceName(scope, { maxLength: 60, separator: '-' });
  const before = new CfnResourceShare(scope, 'ConnectionShare', {
    name: `${NAMES.stackPrefix}${name}`,
    resourceArns: [connectionArn],
    principals: [accountId],
    allowExternalPrincipals: false,
  });
  return { arn: connectionArn, before };
}
