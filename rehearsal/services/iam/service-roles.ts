import type { Access } from './access';
import type { Identities } from './identities';
import type { Caller, Credentials } from '../../core/service';

/** A service of AWS that works in the name of a role: everything that it does is asked of the role's policies. */
export class Actor {
  /** @param access undefined: everybody may do everything */
  public constructor(
    private readonly iam: Identities, private readonly access: Access | undefined, public readonly caller: Caller, public readonly region: string,
  ) {}

  /** Throws as AWS answers a role that may not. */
  public assertAllowed(action: string, resource: string): void {
    this.access?.assertAllowed({ action, resource, caller: this.caller, region: this.region }, 'json');
  }

  /** Enters another role, also one of another account. */
  public assume(roleArn: string, sessionName: string): Actor {
    this.assertAllowed('sts:AssumeRole', roleArn);
    return new Actor(this.iam, this.access, this.iam.sessionOf(roleArn, sessionName), this.region);
  }

  public credentials(): Credentials {
    return this.iam.issue(this.caller);
  }
}

/** For what a service enters a role, and where it works with it. */
interface RolePlace {
  readonly sourceArn: string;
  readonly region: string;
  readonly sessionName: string;
}

/** Roles as AWS's services enter them, if the role trusts the service. */
export class ServiceRoles {
  public constructor(private readonly iam: Identities, private readonly access: Access | undefined) {}

  /** @param service for example `codebuild.amazonaws.com`; undefined is answered when the role does not exist or does not trust it */
  public assumeAsService(roleArn: string, service: string, place: RolePlace): Actor | undefined {
    const sourceAccount = place.sourceArn.split(':')[4];
    const isTrusted = this.access === undefined
      || this.access.isServiceAllowed({ service, action: 'sts:AssumeRole', resource: roleArn, sourceArn: place.sourceArn, sourceAccount });
    if (this.iam.role(roleArn) === undefined || !isTrusted) return undefined;
    return new Actor(this.iam, this.access, this.iam.sessionOf(roleArn, place.sessionName), place.region);
  }
}
