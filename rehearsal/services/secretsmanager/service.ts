import * as v from 'valibot';
import type { Inventory } from '../../core/inventory/inventory';
import { everywhere, on, textOf } from '../../core/permissions';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Call, Operation, Permissions, Service } from '../../core/service';

const TYPE = 'AWS::SecretsManager::Secret';

const DeleteInput = v.object({ SecretId: v.string(), ForceDeleteWithoutRecovery: v.optional(v.boolean(), false) });

/** AWS Secrets Manager: the secrets of stacks can be listed and deleted; they have no values. */
export class SecretsManager implements Service {
  public readonly name = 'secretsmanager';
  public readonly protocol = 'json';
  public readonly operations: Record<string, Operation> = {
    ListSecrets: async call => ({ SecretList: this.list(call) }),
    DeleteSecret: async call => this.delete(call),
  };
  public readonly permissions: Record<string, Permissions> = {
    ...everywhere(['ListSecrets']), ...on(['DeleteSecret'], call => textOf(call, 'SecretId')),
  };

  public constructor(private readonly inventory: Inventory) {}

  private list({ caller: { accountId }, region }: Call): unknown[] {
    return this.inventory.list(TYPE, { accountId, region }).map(({ arn, tags }) => ({
      ARN: arn,
      Name: arn.slice(arn.lastIndexOf(':') + 1, -'-xxxxxx'.length),
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    }));
  }

  private async delete({ caller, region, input }: Call): Promise<unknown> {
    const { SecretId: id, ForceDeleteWithoutRecovery: isForced } = read(DeleteInput, input);
    const item = this.inventory.find(TYPE, id, { accountId: caller.accountId, region });
    if (!item) {
      throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    }
    // a secret that can be recovered costs nothing, and is in no list
    if (!isForced) throw new AwsError('InvalidRequestException', 'the rehearsal deletes secrets without recovery only');
    await this.inventory.remove(item, caller);
    return { ARN: item.arn };
  }
}
