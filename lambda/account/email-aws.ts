import { AcceptPrimaryEmailUpdateCommand, StartPrimaryEmailUpdateCommand } from '@aws-sdk/client-account';
import { featureHint } from './access';
import type { ManagementAccount } from './management';

/** Changes the e-mail address of the root user of an account. */
export interface RootEmail {
  /** AWS sends a one-time code to the new address. */
  start(accountId: string, email: string): Promise<void>;
  accept(accountId: string, email: string, code: string): Promise<void>;
}

const HINT = featureHint('ROOT_EMAIL');

/** The change through the AWS SDK. */
export class AwsRootEmail implements RootEmail {
  public constructor(private readonly management: ManagementAccount) {}

  public async start(accountId: string, email: string): Promise<void> {
    const command = new StartPrimaryEmailUpdateCommand({ AccountId: accountId, PrimaryEmail: email });
    await this.management.withAccessErrors(
      'account:StartPrimaryEmailUpdate', () => this.management.clients.accounts.send(command), HINT,
    );
  }

  public async accept(accountId: string, email: string, code: string): Promise<void> {
    const command = new AcceptPrimaryEmailUpdateCommand({ AccountId: accountId, PrimaryEmail: email, Otp: code });
    await this.management.withAccessErrors(
      'account:AcceptPrimaryEmailUpdate', () => this.management.clients.accounts.send(command), HINT,
    );
  }
}
