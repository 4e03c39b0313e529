import * as v from 'valibot';
import { Identifiers } from '../../core/identifiers';
import { everywhere } from '../../core/permissions';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type {
  Environment, Operation, Provisioned, ResourceContext, ResourceType, Service,
} from '../../core/service';
import type { Organizations } from '../organizations/service';

const ShareProperties = v.object({
  Name: v.string(),
  ResourceArns: v.optional(v.array(v.string()), []),
  Principals: v.optional(v.array(v.string()), []),
  AllowExternalPrincipals: v.optional(v.union([v.boolean(), v.string()]), true),
});

type Share = v.InferOutput<typeof ShareProperties>;

/** AWS Resource Access Manager: the shares that templates declare, with accounts, units or the organization. */
export class ResourceAccessManager implements Service {
  public readonly name = 'ram';
  public readonly protocol = 'rest-json';
  public readonly operations: Record<string, Operation> = {
    EnableSharingWithAwsOrganization: async ({ caller: { accountId } }) => {
      if (accountId !== this.organizations.options.managementAccountId) {
        throw new AwsError('OperationNotPermittedException',
          'This operation can only be used by the management account of the organization.');
      }
      this.isEnabled = true;
      return { returnValue: true };
    },
  };
  public readonly permissions = everywhere(['EnableSharingWithAwsOrganization']);
  public readonly routes = { EnableSharingWithAwsOrganization: 'POST /enablesharingwithawsorganization' };
  public readonly resourceTypes: Record<string, ResourceType>;
  private readonly shares = new Map<string, Share>();
  private readonly identifiers = new Identifiers('ram');

  /** @param isEnabled whether sharing with the organization was enabled */
  public constructor(
    private readonly environment: Environment,
    private readonly organizations: Pick<Organizations, 'account' | 'accounts' | 'options' | 'tree'>,
    private isEnabled: boolean,
  ) {
    this.resourceTypes = {
      'AWS::RAM::ResourceShare': {
        create: async (properties, context) => this.create(properties, context),
        update: async (id, properties) => this.put(id, properties),
        remove: async id => { this.shares.delete(id); },
      },
    };
  }

  /** Ids of the accounts with which a resource is shared. */
  public accountsOf(resourceArn: string): readonly string[] {
    return [...this.shares.values()]
      .filter(({ ResourceArns: arns }) => arns.includes(resourceArn))
      .flatMap(({ Principals: principals }) => principals.flatMap(principal => this.accountsBehind(principal)));
  }

  /** A principal is the id of an account, or the ARN of a unit or of the organization. */
  private accountsBehind(principal: string): readonly string[] {
    const { accounts, tree } = this.organizations;
    if (!principal.startsWith('arn:')) return [principal];
    const id = principal.slice(principal.lastIndexOf('/') + 1);
    return accounts.map(({ accountId }) => accountId).filter(accountId =>
      id === tree.organizationId || tree.ancestors(accountId)?.includes(id));
  }

  private isInside(principal: string): boolean {
    if (!this.isEnabled) return false;
    if (!principal.startsWith('arn:')) return this.organizations.account(principal) !== undefined;
    return principal.includes(`/${this.organizations.tree.organizationId}`);
  }

  private async create(properties: Record<string, unknown>, context: ResourceContext): Promise<Provisioned> {
    const id = this.identifiers.uuid();
    const { partition } = this.environment;
    return this.put(`arn:${partition}:ram:${context.region}:${context.accountId}:resource-share/${id}`, properties);
  }

  private put(arn: string, properties: Record<string, unknown>): Provisioned {
    const share = read(ShareProperties, properties);
    const former = share.ResourceArns.find(resource => resource.includes(':codestar-connections:'));
    if (former !== undefined) {
      throw new AwsError('InvalidParameterException', `Resource type of ARN ${former} is not supported by RAM`);
    }
    const isInternal = String(share.AllowExternalPrincipals) === 'false';
    const stranger = share.Principals.find(principal => !this.isInside(principal));
    if (isInternal && stranger !== undefined) {
      throw new AwsError(
        'InvalidParameterException',
        `Principal ID ${stranger} is not in your AWS organization. You do not have permission to add external AWS `
          + 'accounts to a resource share.',
      );
    }
    this.shares.set(arn, share);
    return { id: arn, attributes: { Arn: arn } };
  }
}
