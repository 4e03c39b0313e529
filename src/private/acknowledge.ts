import { Stack, Validations } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/**
 * Acknowledges findings of cdk-nag's AwsSolutions pack on a construct and its children: finding → reason.
 *
 * Writes the metadata that `Validations.acknowledge` writes: until aws-cdk-lib 2.268 that method rejects the `::` of
 * `<AWS::Partition>` in a finding.
 */
export function acknowledge(construct: IConstruct, findings: { readonly [finding: string]: string }): void {
  for (const [finding, reason] of Object.entries(findings)) {
    construct.node.addMetadata(Validations.ACKNOWLEDGED_RULES_METADATA_KEY, {
      [`AwsSolutions::AwsSolutions-${finding}`.replaceAll(' ', '-')]: reason,
    });
  }
}

/** Acknowledges the wildcards in the resources of statements: statement id → reason. */
export function acknowledgeWildcards(
  construct: IConstruct, statements: PolicyStatement[], reasons: { readonly [sid: string]: string },
): void {
  for (const statement of statements) {
    const reason = reasons[statement.sid ?? ''];
    if (!reason) continue;
    const resources = statement.resources.map(arn => flatten(Stack.of(construct).resolve(arn)));
    for (const resource of resources.filter(arn => arn.includes('*'))) {
      acknowledge(construct, { [`IAM5[Resource::${resource}]`]: reason });
    }
  }
}

interface Intrinsic {
  readonly 'Ref'?: string;
  readonly 'Fn::GetAtt'?: string[];
  readonly 'Fn::Join'?: [string, unknown[]];
}

/** Renders references as cdk-nag does: `arn:<AWS::Partition>:…`. */
function flatten(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as Intrinsic;
  if (Ref) return `<${Ref}>`;
  if (attribute) return `<${attribute.join('.')}>`;
  return join ? join[1].map(flatten).join(join[0]) : '';
}
