import { Regional } from '../../core/regional';
import type { Environment, Place } from '../../core/service';
import { AwsError } from '../../core/service';

export interface LogGroup {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  retentionInDays?: number;
  isProtected: boolean;
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const RETENTIONS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** The log groups of all accounts. */
export class LogGroups {
  private readonly groups = new Regional(() => new Map<string, LogGroup>());

  public constructor(private readonly environment: Environment) {}

  public list(place: Place): LogGroup[] {
    return [...this.of(place).values()];
  }

  public find(place: Place, name: string): LogGroup | undefined {
    return this.of(place).get(name);
  }

  /** @throws AwsError if there is no such group */
  public required(place: Place, name: string): LogGroup {
    const found = this.find(place, name);
    if (!found) throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
    return found;
  }

  public create(place: Place, name: string): LogGroup {
    if (!/^[.\-_/#A-Za-z0-9]{1,512}$/.test(name)) {
      throw invalid(name, 'logGroupName', 'Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+');
    }
    if (this.find(place, name)) {
      throw new AwsError('ResourceAlreadyExistsException', 'The specified log group already exists');
    }
    const { partition, clock } = this.environment;
    const arn = `arn:${partition}:logs:${place.region}:${place.accountId}:log-group:${name}`;
    const group = { name, arn, createdAt: clock.now(), isProtected: false };
    this.of(place).set(name, group);
    return group;
  }

  /** @throws AwsError for a number of days that CloudWatch Logs does not know */
  public setRetention(group: LogGroup, days: number | undefined): void {
    if (days !== undefined && !RETENTIONS.includes(days)) {
      throw invalid(String(days), 'retentionInDays', `Member must satisfy enum value set: [${RETENTIONS.join(', ')}]`);
    }
    group.retentionInDays = days;
  }

  /** @throws AwsError if the group is protected */
  public remove(place: Place, group: LogGroup): void {
    if (group.isProtected) {
      throw new AwsError(
        'ValidationException', 'The log group cannot be deleted because it has deletion protection enabled.',
      );
    }
    this.of(place).delete(group.name);
  }

  private of({ accountId, region }: Place): Map<string, LogGroup> {
    return this.groups.of(accountId, region);
  }
}

function invalid(value: string, member: string, constraint: string): AwsError {
  return new AwsError(
    'InvalidParameterException',
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ${constraint}`,
  );
}
