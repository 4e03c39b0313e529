import type { OutputReference } from './intrinsics';
import type { Stack } from './stack';
import type { Stacks } from './stacks';
import { AwsError, type Caller } from '../../core/service';
import type { Access } from '../iam/access';
import type { Identities } from '../iam/identities';

/**
 * Reads outputs of other stacks without an export, also across accounts and regions. The other stack can be deleted.
 */
export class StackOutputs {
  /** @param access checks permissions; absent: everything is allowed */
  public constructor(
    private readonly stacks: Stacks,
    private readonly iam: Identities,
    private readonly access?: Access,
  ) {}

  public read({ stackName, outputName, region: given, roleArn }: OutputReference, reader: Stack): string {
    const region = given ?? reader.region;
    const caller = roleArn === undefined ? reader.actor : this.assume(roleArn, region, reader.actor);
    const accountId = caller?.accountId ?? reader.accountId;
    const stack = this.stacks.find(accountId, region, stackName);
    if (!stack) throw refused(`stack '${stackName}' does not exist in account ${accountId} (${region})`);
    if (caller !== undefined) {
      this.access?.assertAllowed({ caller, region, action: 'cloudformation:DescribeStacks', resource: stack.id });
    }
    const output = stack.outputs.find(({ key }) => key === outputName);
    if (!output) {
      throw refused(`stack '${stackName}' of account ${accountId} (${region}) has no output '${outputName}'`);
    }
    return output.value;
  }

  private assume(roleArn: string, region: string, caller: Caller | undefined): Caller {
    if (!this.iam.role(roleArn)) throw refused(`the role ${roleArn} does not exist`);
    if (caller !== undefined) {
      this.access?.assertAllowed({ caller, region, action: 'sts:AssumeRole', resource: roleArn });
    }
    return this.iam.sessionOf(roleArn, 'AWSCloudFormation');
  }
}

function refused(reason: string): AwsError {
  return new AwsError('ValidationError', `Template error: Fn::GetStackOutput: ${reason}`);
}
