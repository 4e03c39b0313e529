import type { Access } from './access';
import type { Identities } from './identities';
import { AwsError } from '../../core/service';
import type { Caller, Credentials, Permission } from '../../core/service';

/** An AWS service that acts with a role: all its calls need permissions of the role. */
export class Actor {
  /** @param access undefined: everything is allowed */
  public constructor(
    private readonly iam: Identities,
    private readonly access: Access | undefined,
    public readonly caller: Caller,
    public readonly region: string,
  ) {}

  /** @throws AwsError if the role does not have the permission */
  public assertAllowed(action: string, resource: string, context?: Permission['context']): void {
    this.access?.assertAllowed({ action, resource, context, caller: this.caller, region: this.region }, 'json');
  }

  /** Assumes another role, also of another account. */
  public assume(roleArn: string, sessionName: string): Actor {
    this.assertAllowed('sts:AssumeRole', roleArn);
    return new Actor(this.iam, this.access, this.iam.sessionOf(roleArn, sessionName), this.region);
  }

  /** Whether the role may assume another one, which exists. */
  public canAssume(roleArn: string): boolean {
    if (this.iam.role(roleArn) === undefined) return false;
    try {
      this.assertAllowed('sts:AssumeRole', roleArn);
      return true;
    } catch (error) {
      if (error instanceof AwsError) return false;
      throw error;
    }
  }

  public credentials(): Credentials {
    return this.iam.issue(this.caller);
  }
}

/** Resource, region and session name for which a service assumes a role. */
interface RolePlace {
  readonly sourceArn: string;
  readonly region: string;
  readonly sessionName: string;
}

/** Assumes roles on behalf of AWS services. */
export class ServiceRoles {
  public constructor(private readonly iam: Identities, private readonly access: Access | undefined) {}

  /**
   * Returns undefined if the role does not exist or does not trust the service.
   *
   * @param service for example `codebuild.amazonaws.com`
   */
  public assumeAsService(roleArn: string, service: string, place: RolePlace): Actor | undefined {
    const sourceAccount = place.sourceArn.split(':')[4];
    const isTrusted =
      this.access === undefined
      || this.access.isServiceAllowed({
        service,
        action: 'sts:AssumeRole',
        resource: roleArn,
        sourceArn: place.sourceArn,
        sourceAccount,
      });
    if (this.iam.role(roleArn) === undefined || !isTrusted) return undefined;
    return new Actor(this.iam, this.access, this.iam.sessionOf(roleArn, place.sessionName), place.region);
  }
}
