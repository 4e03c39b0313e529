import { Stack, Validations } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/** Explains findings of cdk-nag's AwsSolutions pack on a construct and all below it: finding → why it is right as it is. */
export function acknowledge(construct: IConstruct, findings: { readonly [finding: string]: string }): void {
  for (const [finding, reason] of Object.entries(findings)) {
    Validations.of(construct).acknowledge({ id: `AwsSolutions::AwsSolutions-${finding}`, reason });
  }
}

/** Explains the wildcards in the resources of statements: statement id → why no narrower resource can be named. */
export function acknowledgeWildcards(construct: IConstruct, statements: PolicyStatement[], reasons: { readonly [sid: string]: string }): void {
  for (const statement of statements) {
    const reason = reasons[statement.sid ?? ''];
    if (!reason) continue;
    for (const resource of statement.resources.map(arn => flatten(Stack.of(construct).resolve(arn))).filter(arn => arn.includes('*'))) {
      acknowledge(construct, { [`IAM5[Resource::${resource}]`]: reason });
    }
  }
}

/** Writes references as cdk-nag does: `arn:<AWS::Partition>:…`. */
function flatten(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as { 'Ref'?: string; 'Fn::GetAtt'?: string[]; 'Fn::Join'?: [string, unknown[]] };
  if (Ref) return `<${Ref}>`;
  if (attribute) return `<${attribute.join('.')}>`;
  return join ? join[1].map(flatten).join(join[0]) : '';
}
