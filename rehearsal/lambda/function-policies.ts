import * as v from 'valibot';
import type { Statement } from '../iam/policy';
import { Identifiers } from '../identifiers';
import { read } from '../protocol/read';
import type { Environment, OwnedPolicy, Provisioned, ResourceContext, ResourceType } from '../service';

const Properties = v.object({
  Action: v.string(),
  FunctionName: v.string(),
  Principal: v.string(),
  SourceAccount: v.optional(v.string()),
  SourceArn: v.optional(v.string()),
  PrincipalOrgID: v.optional(v.string()),
});

/** Who else may invoke a function: `AWS::Lambda::Permission` writes one statement of its policy. */
export class FunctionPolicies implements ResourceType {
  private readonly identifiers = new Identifiers('lambda-permission');
  private readonly statements = new Map<string, { readonly functionArn: string; readonly statement: Statement }>();

  public constructor(private readonly environment: Environment) {}

  /** The policy of a function, of a version or an alias of it. */
  public of(arn: string): OwnedPolicy {
    const statements = [...this.statements.values()].filter(({ functionArn }) => functionArn === arn).map(({ statement }) => statement);
    return { accountId: arn.split(':')[4], policy: { Version: '2012-10-17', Statement: statements } };
  }

  public async create(input: Record<string, unknown>, context: ResourceContext): Promise<Provisioned> {
    return this.put(this.identifiers.physicalName(context, 100), input, context);
  }

  public async update(id: string, input: Record<string, unknown>, before: Record<string, unknown>, context: ResourceContext): Promise<Provisioned> {
    // every change of a permission replaces it
    return JSON.stringify(input) === JSON.stringify(before) ? this.put(id, input, context) : this.create(input, context);
  }

  public async remove(id: string): Promise<void> {
    this.statements.delete(id);
  }

  private put(id: string, input: Record<string, unknown>, context: ResourceContext): Provisioned {
    const properties = read(Properties, input);
    const functionArn = properties.FunctionName.startsWith('arn:')
      ? properties.FunctionName
      : `arn:${this.environment.partition}:lambda:${context.region}:${context.accountId}:function:${properties.FunctionName}`;
    const { SourceArn: sourceArn, SourceAccount: sourceAccount, PrincipalOrgID: organizationId } = properties;
    this.statements.set(id, {
      functionArn,
      statement: {
        Effect: 'Allow',
        Action: properties.Action,
        Resource: functionArn,
        Principal: principalOf(properties.Principal),
        Condition: {
          ...sourceArn !== undefined && { ArnLike: { 'AWS:SourceArn': sourceArn } },
          StringEquals: {
            ...sourceAccount !== undefined && { 'AWS:SourceAccount': sourceAccount },
            ...organizationId !== undefined && { 'aws:PrincipalOrgID': organizationId },
          },
        },
      },
    });
    return { id, attributes: {} };
  }
}

function principalOf(named: string): Statement['Principal'] {
  if (named === '*') return '*';
  return named.includes('.') && !named.startsWith('arn:') ? { Service: named } : { AWS: named };
}
