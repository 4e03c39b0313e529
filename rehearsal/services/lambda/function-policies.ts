import * as v from 'valibot';
import { Identifiers } from '../../core/identifiers';
import type { Statement } from '../../core/policy-document';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Environment, OwnedPolicy, Provisioned, ResourceContext, ResourceType } from '../../core/service';

/** Maximum size of a function policy in bytes. This quota cannot be raised. */
const POLICY_SIZE = 20_480;

const Properties = v.object({
  Action: v.string(),
  FunctionName: v.string(),
  Principal: v.string(),
  SourceAccount: v.optional(v.string()),
  SourceArn: v.optional(v.string()),
  PrincipalOrgID: v.optional(v.string()),
});

/** Function policies: each `AWS::Lambda::Permission` is one statement. */
export class FunctionPolicies implements ResourceType {
  private readonly identifiers = new Identifiers('lambda-permission');
  private readonly statements = new Map<string, { readonly functionArn: string; readonly statement: Statement }>();

  public constructor(private readonly environment: Environment) {}

  /** Returns the policy of a function, a version or an alias. */
  public of(arn: string): OwnedPolicy {
    return { accountId: arn.split(':')[4], policy: { Version: '2012-10-17', Statement: this.statementsOf(arn) } };
  }

  public async create(input: Record<string, unknown>, context: ResourceContext): Promise<Provisioned> {
    return this.put(this.identifiers.physicalName(context, 100), input, context);
  }

  public async update(
    id: string,
    input: Record<string, unknown>,
    before: Record<string, unknown>,
    context: ResourceContext,
  ): Promise<Provisioned> {
    // every update replaces the permission
    return JSON.stringify(input) === JSON.stringify(before)
      ? this.put(id, input, context)
      : this.create(input, context);
  }

  public async remove(id: string): Promise<void> {
    this.statements.delete(id);
  }

  private put(id: string, input: Record<string, unknown>, context: ResourceContext): Provisioned {
    const properties = read(Properties, input);
    const { FunctionName: name } = properties;
    const { partition } = this.environment;
    const functionArn = name.startsWith('arn:')
      ? name
      : `arn:${partition}:lambda:${context.region}:${context.accountId}:function:${name}`;
    const statement: Statement = {
      Sid: id,
      Effect: 'Allow',
      Principal: principalOf(properties.Principal),
      Action: properties.Action,
      Resource: functionArn,
      ...conditionOf(properties),
    };
    this.assertSize([...this.statementsOf(functionArn, id), statement]);
    this.statements.set(id, { functionArn, statement });
    return { id, attributes: {} };
  }

  private statementsOf(arn: string, except?: string): Statement[] {
    const own = [...this.statements.values()].filter(({ functionArn }) => functionArn === arn);
    return own.map(({ statement }) => statement).filter(({ Sid }) => except === undefined || Sid !== except);
  }

  private assertSize(statements: readonly Statement[]): void {
    const size = Buffer.byteLength(JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: statements }));
    if (size <= POLICY_SIZE) return;
    const message = `The final policy size (${size}) is bigger than the limit (${POLICY_SIZE}).`;
    throw new AwsError('PolicyLengthExceededException', message);
  }
}

function conditionOf(properties: v.InferOutput<typeof Properties>): Pick<Statement, 'Condition'> {
  const { SourceArn: sourceArn, SourceAccount: sourceAccount, PrincipalOrgID: organizationId } = properties;
  const equal = {
    ...sourceAccount !== undefined && { 'AWS:SourceAccount': sourceAccount },
    ...organizationId !== undefined && { 'aws:PrincipalOrgID': organizationId },
  };
  const condition = {
    ...sourceArn !== undefined && { ArnLike: { 'AWS:SourceArn': sourceArn } },
    ...Object.keys(equal).length > 0 && { StringEquals: equal },
  };
  return Object.keys(condition).length > 0 ? { Condition: condition } : {};
}

function principalOf(named: string): Statement['Principal'] {
  if (named === '*') return '*';
  return named.includes('.') && !named.startsWith('arn:') ? { Service: named } : { AWS: named };
}
