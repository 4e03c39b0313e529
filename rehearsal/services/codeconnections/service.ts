import * as v from 'valibot';
import { own } from '../../core/permissions';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Operation, OwnedPolicy, Permissions, Service } from '../../core/service';
import type { ResourceAccessManager } from '../ram/service';

export type ConnectionStatus = 'PENDING' | 'AVAILABLE' | 'ERROR';

const ConnectionInput = v.object({ ConnectionArn: v.string() });

/** What a share of RAM allows the other account. */
const SHARED = ['GetConnection', 'PassConnection', 'UseConnection'].map(action => `codeconnections:${action}`);

/** AWS CodeConnections: connections that people made in the console, and that RAM shares with other accounts. */
export class CodeConnections implements Service {
  public readonly name = 'codeconnections';
  public readonly protocol = 'json';
  public readonly namespace = 'com.amazonaws.codeconnections.CodeConnections_20231201';
  public readonly operations: Record<string, Operation> = {
    GetConnection: async call => {
      const { ConnectionArn: arn } = read(ConnectionInput, call.input);
      const [, , , , accountId] = arn.split(':');
      return {
        Connection: {
          ConnectionArn: arn,
          ConnectionName: 'rehearsal',
          ConnectionStatus: this.status(arn),
          OwnerAccountId: accountId,
        },
      };
    },
  };
  public readonly permissions: Record<string, Permissions> = {
    GetConnection: call => [own(call, read(ConnectionInput, call.input).ConnectionArn)],
  };

  /** @param connections states by ARN; undefined: every connection exists and is available */
  public constructor(
    private readonly ram: Pick<ResourceAccessManager, 'accountsOf'>,
    private readonly connections: Readonly<Record<string, ConnectionStatus>> | undefined,
  ) {}

  /** @throws AwsError if there is no such connection */
  public status(arn: string): ConnectionStatus {
    const status = this.connections === undefined ? 'AVAILABLE' : this.connections[arn];
    if (status === undefined) throw new AwsError('ResourceNotFoundException', `Connection not found: ${arn}`);
    return status;
  }

  public resourcePolicy(arn: string): OwnedPolicy {
    const [, , , , accountId] = arn.split(':');
    const accounts = this.ram.accountsOf(arn);
    return {
      accountId,
      policy: {
        Version: '2012-10-17',
        Statement: accounts.length === 0 ? [] : [
          { Effect: 'Allow', Principal: { AWS: [...accounts] }, Action: SHARED, Resource: arn },
        ],
      },
    };
  }
}
