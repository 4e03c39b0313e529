import { ActionError, type ActionRunner } from './action';
import { approvalRequest } from './approval-request';
import type { Clock } from '../../../core/clock';
import type { Publication } from '../../../core/publication';
import { AwsError } from '../../../core/service';
import type { ActionRun } from '../execution';

interface Decision {
  readonly status: 'Approved' | 'Rejected';
  readonly summary: string;
  readonly by: string;
}

/** Default timeout: seven days. */
const DEFAULT_MINUTES = 7 * 24 * 60;

/** Pending approvals. */
export class Approvals {
  /** Sends the requests for approval. */
  public publish?: (publication: Publication) => void;
  private readonly open = new Map<ActionRun, (decision: Decision) => void>();

  public constructor(private readonly clock: Clock) {}

  public readonly run: ActionRunner = async context => {
    const { run, actor, execution } = context;
    const { NotificationArn: topicArn } = run.configuration;
    const minutes = run.action.TimeoutInMinutes ?? DEFAULT_MINUTES;
    if (topicArn !== undefined) {
      this.notify(() => actor.assertAllowed('sns:Publish', topicArn), topicArn);
      this.publish?.(approvalRequest(context, topicArn, new Date(this.clock.now() + minutes * 60_000)));
    }
    const decision = await new Promise<Decision | undefined>(resolve => {
      const cancelDeadline = this.clock.deadline(minutes * 60, 0, () => resolve(undefined));
      this.open.set(run, made => {
        cancelDeadline();
        resolve(made);
      });
      // the execution does not wait for it any more
      execution.abandoned.signal.addEventListener('abort', () => { cancelDeadline(); resolve(undefined); });
    });
    this.open.delete(run);
    if (decision === undefined) {
      throw new ActionError(
        'TimeoutError',
        `The approval action timed out after ${minutes} minutes: it was neither approved nor rejected`,
      );
    }
    run.updatedBy = decision.by;
    if (decision.status === 'Approved') return { summary: decision.summary };
    throw new ActionError('JobFailed', `Approval action was rejected: ${decision.summary}`);
  };

  public isOpen(run: ActionRun): boolean {
    return this.open.has(run);
  }

  public decide(run: ActionRun, token: string, decision: Decision): void {
    const settle = this.open.get(run);
    if (settle === undefined) {
      throw new AwsError(
        'ApprovalAlreadyCompletedException',
        `The approval action ${run.action.Name} has already been approved or rejected`,
      );
    }
    if (run.token !== token) {
      throw new AwsError(
        'InvalidApprovalTokenException',
        `The approval token ${token} is not that of the open request of action ${run.action.Name}`,
      );
    }
    settle(decision);
  }

  private notify(demand: () => void, topicArn: string): void {
    try {
      demand();
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw new ActionError(
        'PermissionError',
        `The approval notification could not be published to ${topicArn}: ${error.message}`,
      );
    }
  }
}
