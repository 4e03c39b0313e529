import * as v from 'valibot';
import type { CreationStatus } from './creation';
import { assertAccountInput, assertManagement, requiredAccount } from './organization';
import type { Organization } from './organization';
import type { Unit } from './tree';
import type { Clock } from '../../core/clock';
import { read, tagRecord, Tags } from '../../core/protocol/read';
import { AwsError, ResourceFailure } from '../../core/service';
import type { Provisioned, ResourceContext, ResourceType } from '../../core/service';

const UnitProperties = v.object({ Name: v.string(), ParentId: v.string(), Tags });
const AccountProperties = v.object({
  AccountName: v.string(),
  Email: v.string(),
  RoleName: v.optional(v.string(), 'OrganizationAccountAccessRole'),
  ParentIds: v.optional(v.array(v.string()), []),
  Tags,
});

/** `AWS::Organizations::OrganizationalUnit`. */
export function organizationalUnitType(organizations: Organization): ResourceType {
  const { tree } = organizations;

  async function create(input: Record<string, unknown>, context: ResourceContext): Promise<Provisioned> {
    assertManagement(organizations, context);
    const { ParentId: parentId, Name: name, Tags: tags } = read(UnitProperties, input);
    return provisionedUnit(tree.createUnit(parentId, name, tagRecord(tags)));
  }

  return {
    create,
    async update(id, input, before, context) {
      const { ParentId: parentId, Name: name, Tags: tags } = read(UnitProperties, input);
      if (parentId !== before.ParentId) return create(input, context);
      return provisionedUnit(tree.updateUnit(id, { name, tags: tagRecord(tags) }));
    },
    async remove(id) {
      if (tree.unit(id) !== undefined) tree.removeUnit(id);
    },
  };
}

/** `AWS::Organizations::Account`: waits for the account. Its deletion closes the account. */
export class AccountType implements ResourceType {
  private inProgress = 0;

  public constructor(
    private readonly organizations: Organization,
    private readonly clock: Clock,
  ) {}

  public async create(input: Record<string, unknown>, context: ResourceContext): Promise<Provisioned> {
    assertManagement(this.organizations, context);
    const {
      AccountName: name,
      Email: email,
      RoleName: roleName,
      Tags: tags,
      ParentIds: [parentId],
    } = read(AccountProperties, input);
    assertAccountInput(name, email);
    const { accountId, failureReason } = await this.alone(name, async () => {
      const started = this.organizations.creation.start({ name, email, roleName, tags: tagRecord(tags) });
      return this.finished(started.id);
    });
    if (accountId === undefined) {
      throw new AwsError('AccountCreationFailed', `account ${name} could not be created: ${failureReason}`);
    }
    return this.placed(accountId, parentId);
  }

  public async update(
    id: string,
    input: Record<string, unknown>,
    before: Record<string, unknown>,
  ): Promise<Provisioned> {
    const {
      AccountName: name,
      Email: email,
      Tags: tags,
      ParentIds: [parentId],
    } = read(AccountProperties, input);
    if (name !== before.AccountName || email !== before.Email) {
      throw new AwsError('NotUpdatable', "the name and the e-mail of an AWS::Organizations::Account can't be changed");
    }
    this.organizations.tree.putAccount({ ...requiredAccount(this.organizations, id), tags: tagRecord(tags) });
    return this.placed(id, parentId);
  }

  public async remove(id: string): Promise<void> {
    this.organizations.closure.close(requiredAccount(this.organizations, id));
  }

  /** CloudFormation does not serialize creations: templates must use DependsOn. */
  private async alone<Result>(name: string, create: () => Promise<Result>): Promise<Result> {
    if (this.inProgress > 0) {
      throw new AwsError(
        'ConcurrentModificationException',
        "AWS Organizations can't complete your request because it conflicts with another attempt to "
          + `modify the same entity. Try again later. (account ${name}: several accounts of a template must `
          + 'be chained by DependsOn)',
      );
    }
    this.inProgress++;
    try {
      return await create();
    } finally {
      this.inProgress--;
    }
  }

  private async finished(id: string): Promise<CreationStatus> {
    for (;;) {
      const status = this.organizations.creation.status(id);
      if (status !== undefined && status.state !== 'IN_PROGRESS') return status;
      await this.clock.sleep(5);
    }
  }

  private placed(accountId: string, parentId: string | undefined): Provisioned {
    const known = requiredAccount(this.organizations, accountId);
    // the account exists and CloudFormation knows its id
    if (parentId !== undefined && !this.organizations.tree.hasParent(parentId)) {
      throw new ResourceFailure(
        `You specified a destination parent that doesn't exist: ${parentId} (DestinationParentNotFoundException)`,
        accountId,
      );
    }
    const account = this.organizations.tree.putAccount({ ...known, parentId: parentId ?? known.parentId });
    const JoinedTimestamp = new Date(account.joinedAt).toISOString();
    return {
      id: accountId,
      attributes: { AccountId: accountId, Arn: account.arn, JoinedMethod: account.joined, JoinedTimestamp },
    };
  }
}

function provisionedUnit(unit: Unit): Provisioned {
  return { id: unit.id, attributes: { Id: unit.id, Arn: unit.arn } };
}
