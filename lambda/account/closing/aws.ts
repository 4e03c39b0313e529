import { CloseAccountCommand } from '@aws-sdk/client-organizations';
import { featureHint } from '../access';
import type { ManagementAccount } from '../management';

/** Closes accounts. */
export interface Closer {
  /** Requests the closure of an account; AWS closes it in some minutes. */
  close(accountId: string): Promise<void>;
}

/** The closures through the AWS SDK. */
export class AwsCloser implements Closer {
  public constructor(private readonly management: ManagementAccount) {}

  public async close(accountId: string): Promise<void> {
    await this.management.withAccessErrors(
      'organizations:CloseAccount',
      () => this.management.clients.organizations.send(new CloseAccountCommand({ AccountId: accountId })),
      featureHint('CLOSE_ACCOUNTS'),
    );
  }
}
