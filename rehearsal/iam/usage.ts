import { matchesAction } from './evaluate/pattern';
import type { Iam } from './iam';
import { listOf } from './policy';

/** What roles have used of their rights. */
export class Usage {
  private readonly used = new Map<string, Set<string>>();

  public constructor(private readonly iam: Iam) {}

  public note(roleArn: string, action: string): void {
    const actions = this.used.get(roleArn) ?? new Set();
    this.used.set(roleArn, actions.add(action));
  }

  /** The actions that a role is allowed and has never used; a pattern is used when one of its actions is. */
  public neverUsed(roleArn: string): string[] {
    const used = [...this.used.get(roleArn) ?? []];
    return this.granted(roleArn).filter(pattern => !used.some(action => matchesAction(pattern, action)));
  }

  private granted(roleArn: string): string[] {
    const role = this.iam.role(roleArn);
    if (role === undefined) return [];
    const documents = [...Object.values(role.policies), ...role.managedPolicyArns.flatMap(arn => this.iam.managedPolicy(arn) ?? [])];
    const statements = documents.flatMap(({ Statement }) => Statement).filter(({ Effect }) => Effect === 'Allow');
    return [...new Set(statements.flatMap(({ Action }) => listOf(Action)))].sort();
  }
}
