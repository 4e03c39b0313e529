import { anyAction } from './evaluate/pattern';
import type { Identities } from './identities';
import { listOf } from '../../core/policy-document';

/** The permissions that roles have used. */
export class Usage {
  private readonly used = new Map<string, Set<string>>();

  public constructor(private readonly iam: Identities) {}

  public record(roleArn: string, action: string): void {
    const actions = this.used.get(roleArn) ?? new Set();
    this.used.set(roleArn, actions.add(action));
  }

  /**
   * Returns the allowed actions that no role of these names ever used, deleted roles included. A pattern counts as used
   * if one of its actions was used.
   */
  public unused(...roleArns: readonly string[]): string[] {
    const names = new Set(roleArns.map(nameOf));
    const used = [...this.used].flatMap(([arn, actions]) => names.has(nameOf(arn)) ? [...actions] : []);
    const granted = new Set(roleArns.flatMap(arn => this.granted(arn)));
    const isUsed = (pattern: string): boolean => {
      const named = anyAction([pattern]);
      return used.some(action => named.test(action));
    };
    return [...granted].filter(pattern => !isUsed(pattern)).sort();
  }

  private granted(roleArn: string): string[] {
    const role = this.iam.role(roleArn);
    if (role === undefined) return [];
    const documents = [
      ...Object.values(role.policies),
      ...role.managedPolicyArns.flatMap(arn => this.iam.managedPolicy(arn) ?? []),
    ];
    const statements = documents.flatMap(({ Statement }) => Statement).filter(({ Effect }) => Effect === 'Allow');
    return statements.flatMap(({ Action }) => listOf(Action));
  }
}

function nameOf(roleArn: string): string {
  return roleArn.slice(roleArn.lastIndexOf('/') + 1);
}
