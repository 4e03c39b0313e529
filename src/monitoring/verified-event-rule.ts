import { IRule, IRuleTarget, Rule, RuleTargetConfig, RuleTargetInput } from 'aws-cdk-lib/aws-events';

/** The event of CodePipeline in the event that Lambda sends after the recording function has verified it. */
const WITHIN = 'requestPayload';

/**
 * The pattern of events that the recording function has verified: Lambda sends them to the bus of the organization.
 *
 * @param event pattern of the event of CodePipeline
 */
export function verifiedPattern(accountId: string, event: { readonly [member: string]: unknown }) {
  return {
    // a member account can neither send events of this source nor of this account
    source: ['lambda'],
    account: [accountId],
    detail: { [WITHIN]: event, responsePayload: { verified: [true] } },
  };
}

/** A rule whose targets receive the event of CodePipeline, not the event of Lambda that contains it. */
export class VerifiedEventRule extends Rule {
  public addTarget(target?: IRuleTarget): void {
    super.addTarget(target && {
      bind: (rule: IRule, id?: string): RuleTargetConfig => {
        const config = target.bind(rule, id);
        return { ...config, input: new WithinInput(config.input ?? RuleTargetInput.fromEventPath('$')) };
      },
    });
  }
}

/** Finds the paths of an input in the event of CodePipeline. */
class WithinInput extends RuleTargetInput {
  public constructor(private readonly input: RuleTargetInput) {
    super();
  }

  public bind(rule: IRule) {
    const { inputPath, inputPathsMap, ...others } = this.input.bind(rule);
    const paths = Object.entries(inputPathsMap ?? {}).map(([name, path]) => [name, within(path)]);
    return {
      ...others,
      ...inputPath !== undefined && { inputPath: within(inputPath) },
      ...inputPathsMap !== undefined && { inputPathsMap: Object.fromEntries(paths) },
    };
  }
}

function within(path: string): string {
  return path.replace(/^\$/, `$.detail.${WITHIN}`);
}
