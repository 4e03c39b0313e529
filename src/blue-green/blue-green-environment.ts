import { Duration, Names, Stack, Token } from 'aws-cdk-lib';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { ArnPrincipal, Grant, IGrantable, PolicyDocument, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Construct, IConstruct } from 'constructs';
import type { BlueGreenEnvironmentProps, BlueGreenSideOptions } from './blue-green-props';
import { SIDES } from './contract';
import type { SideName } from './contract';
import { checkedAlarms } from './health-check';
import type { BlueGreenRequest, BlueGreenResult, ReleaseConfig } from './release/contract';
import { ReleaseMachine } from './release-machine';
import { Shift } from './shift';
import { combined } from './side-access';
import type { SideAccess } from './side-access';
import { requestedEndpointsOf } from './traffic/requested-endpoints';
import type { TrafficConfig } from './traffic/traffic-kind';
import type { IAccount } from '../account/account-interface';
import { Branch } from '../branch/branch';
import { environmentMetric } from '../monitoring/environment-metrics';
import type { IOrganization } from '../organization/organization-interface';
import { Pipeline } from '../pipeline/pipeline';
import { withSide } from '../pipeline/side';
import { acknowledgeWildcards } from '../private/acknowledge';
import { NAMES, RESOURCE_TYPES } from '../private/contract';
import { ManagedResource } from '../private/managed-resource';
import { UniqueClaims } from '../private/unique-claims';
import { fail, validate } from '../private/validate';

/** A blue/green environment. */
export interface IBlueGreenEnvironment extends IConstruct {
  /** Name of the environment. */
  readonly environmentName: string;

  /**
   * Grants the permission to release, to roll back, to abort and to approve: to invoke `org-environments-operations`.
   * It is the permission of `grantOperate`, which allows all commands on all environments.
   *
   * @param grantee who receives the permission
   */
  grantRelease(grantee: IGrantable): Grant;

  /**
   * Metric of the runs of the pipelines that have deployed a commit. Unit: count.
   *
   * @default Sum over 5 minutes
   */
  metricDeployments(options?: MetricOptions): Metric;
}

/** Attributes of a blue/green environment, for `BlueGreenEnvironment.fromBlueGreenEnvironmentAttributes`. */
export interface BlueGreenEnvironmentAttributes {
  /** Name of the environment. */
  readonly environmentName: string;
  /** The organization of the environment. */
  readonly organization: IOrganization;
}

type Times = Pick<ReleaseConfig, 'bakeSeconds' | 'deploySeconds' | 'healthSeconds' | 'approvalSeconds'>;

abstract class BlueGreenBase extends Construct implements IBlueGreenEnvironment {
  public abstract readonly environmentName: string;
  /** @internal */
  protected abstract readonly _organization: IOrganization;

  public grantRelease(grantee: IGrantable): Grant {
    return this._organization.grantOperate(grantee);
  }

  public metricDeployments(options?: MetricOptions): Metric {
    return environmentMetric('deployments', this.environmentName, options);
  }
}

/**
 * An environment with two accounts, of which one serves. A release deploys a commit to the idle side, checks it, and
 * shifts the traffic to it; the former side keeps serving until no client can reach it any more, and is kept for a
 * rollback. Releases are made by commands (`org-environments release <environment> --to <commit>`) or by pushes to the
 * parent branch (`autoRelease`), not by deployments: a deployment of this app never moves traffic.
 *
 * Each side has a branch, a pipeline and an account. Both branches have the same parent branch. Outside of releases,
 * both pipelines are reserved for releases: a push to a branch of a side is deployed by the next release.
 *
 * @example
 * new BlueGreenEnvironment(this, 'prod', {
 *   organization,
 *   source,
 *   blue: { account: blueAccount },
 *   green: { account: greenAccount },
 *   traffic: Traffic.parameter({ parameterName: '/shop/active' }),
 * });
 */
export class BlueGreenEnvironment extends BlueGreenBase {
  /**
   * Imports a blue/green environment that another app of the same CICD account and region has defined.
   *
   * @param attrs the name and the organization of the environment
   */
  public static fromBlueGreenEnvironmentAttributes(
    scope: Construct, id: string, attrs: BlueGreenEnvironmentAttributes,
  ): IBlueGreenEnvironment {
    class Import extends BlueGreenBase {
      public readonly environmentName = validate.environmentName(this, attrs.environmentName);
      protected readonly _organization = attrs.organization;
    }
    return new Import(scope, id);
  }

  public readonly environmentName: string;
  /** The branch of the side blue. */
  public readonly blueBranch: Branch;
  /** The branch of the side green. */
  public readonly greenBranch: Branch;
  /** The pipeline of the side blue. */
  public readonly bluePipeline: Pipeline;
  /** The pipeline of the side green. */
  public readonly greenPipeline: Pipeline;
  /** @internal */
  protected readonly _organization: IOrganization;

  public constructor(scope: Construct, id: string, props: BlueGreenEnvironmentProps) {
    super(scope, id);
    const { organization } = props;
    this._organization = organization;
    this.environmentName = validate.environmentName(this, props.environmentName ?? id);
    UniqueClaims.of(this).claim(this, 'environment name', this.environmentName, 'choose another environmentName');
    if (props.pipeline?.enabled === false) {
      fail(this, "'pipeline.enabled' must not be false: releases enable the pipelines; to stop them, run: "
        + `org-environments halt --environment ${this.environmentName} --reason <text>`);
    }
    if (accountKeyOf(props.blue.account) === accountKeyOf(props.green.account)) {
      fail(this, 'blue and green must have different accounts');
    }
    const traffic = props.traffic._bind(this);
    const release = this.releaseOptions(props, traffic);
    const [blue, green] = SIDES.map(name => this.side(name, props, release.access));
    [this.blueBranch, this.bluePipeline] = [blue.branch, blue.pipeline];
    [this.greenBranch, this.greenPipeline] = [green.branch, green.pipeline];

    const machine = ReleaseMachine.of(this, organization);
    const role = this.role(machine, [...traffic.permissions, ...release.permissions]);
    const { repository, credentials, reportsPushes, mergesBranches } = props.source._bind(this, organization);
    if (!mergesBranches) {
      fail(this, 'releases merge commits into branches, which this host does only for requests of people: use a '
        + `repository of CodeCommit or GitHub, got '${repository.repositoryArn}'`);
    }
    if (props.autoRelease && !reportsPushes) {
      fail(this, '\'autoRelease\' needs a repository of CodeCommit, because other hosts do not report pushes, got '
        + `'${repository.repositoryArn}': omit it, and release with a command: org-environments release `
        + `${this.environmentName} --to <branch>`);
    }
    if (credentials) machine.allowCredentials(credentials);
    const config: ReleaseConfig = {
      ...release.config,
      repository,
      ...(props.autoRelease && { autoReleaseBranch: this.blueBranch.parentBranchName }),
      traffic: traffic.request,
      roleArn: role.roleArn,
      machineArn: machine.stateMachineArn,
      functionArn: machine.functionArn,
    };
    const { resource } = new ManagedResource<BlueGreenRequest, BlueGreenResult>(this, 'Resource', {
      organization,
      resourceType: RESOURCE_TYPES.blueGreen,
      request: {
        kind: 'blueGreen',
        environmentName: this.environmentName,
        firstSide: props.firstSide ?? 'blue',
        config: Stack.of(this).toJsonString(config),
      },
    });
    // the sides exist first, and are removed last
    resource.node.addDependency(this.bluePipeline, this.greenPipeline);
  }

  private side(name: SideName, props: BlueGreenEnvironmentProps, access: Required<SideAccess>) {
    const { organization, source, parentBranchName } = props;
    const { account, branchName = `env/${this.environmentName}-${name}` }: BlueGreenSideOptions = props[name];
    const { environmentName } = this;
    const scope = new Construct(this, name === 'blue' ? 'Blue' : 'Green');
    const branch = new Branch(scope, 'Branch', {
      organization, account, environmentName, source, branchName, parentBranchName,
    });
    const pipeline = new Pipeline(scope, 'Pipeline', withSide(
      { organization, account, environmentName, branch, ...props.pipeline }, { name, access },
    ));
    return { branch, pipeline };
  }

  /** The role that changes the traffic, and calls the functions and projects of the user in the CICD account. */
  private role(machine: ReleaseMachine, statements: PolicyStatement[]): Role {
    const role = new Role(this, 'Role', {
      path: NAMES.environmentRolePath,
      roleName: Names.uniqueResourceName(this, { maxLength: 64, separator: '-' }),
      description: `Releases of environment ${this.environmentName}`,
      assumedBy: new ArnPrincipal(machine.functionRoleArn),
      ...(statements.length > 0 && { inlinePolicies: { Release: new PolicyDocument({ statements }) } }),
    });
    acknowledgeWildcards(role, statements, { ReadChanges: 'Route 53 gives the ids of changes' });
    return role;
  }

  private releaseOptions(props: BlueGreenEnvironmentProps, traffic: TrafficConfig) {
    const { beforeShift, afterShift, alarmNames = [] } = props;
    const health = (props.healthChecks ?? []).map(check => check._bind(this));
    const singletons = (props.singletons ?? []).map(singleton => singleton._bind(this));
    if (singletons.length > 20) fail(this, `an environment can have at most 20 singletons, got ${singletons.length}`);
    const [before, after] = [beforeShift?._bind(), afterShift?._bind()];
    const alarms = checkedAlarms(this, alarmNames);
    const shift = this.shiftSteps(props.shift ?? Shift.allAtOnce(), traffic);
    const times = this.times(props);
    this.checkDuration(shift, times);
    const access = combined([
      { endpoints: requestedEndpointsOf(traffic.request), alarmNames: alarms, singletons },
      ...health.map(check => check.access),
    ]);
    return {
      access,
      permissions: [...health, ...[before, after].flatMap(hook => hook ?? [])].flatMap(part => [...part.permissions]),
      config: {
        shift,
        health: health.map(({ request }) => request),
        alarms,
        ...times,
        ...(before && { before: before.request }),
        ...(after && { after: after.request }),
        singletons,
        inEffectSeconds: traffic.secondsInEffect,
        holdSeconds: traffic.holdSeconds,
      },
    };
  }

  private shiftSteps(shift: Shift, { allowsShares }: TrafficConfig): ReleaseConfig['shift'] {
    const steps = shift._bind(this);
    if (steps.length > 1 && !allowsShares) {
      fail(this, 'this kind of traffic has one side only: use Shift.allAtOnce(), or another kind of traffic');
    }
    return steps;
  }

  private times({ bakeTime, alarmNames = [], deployTimeout, healthTimeout, approval, approvalTimeout }:
  BlueGreenEnvironmentProps): Times {
    if (approvalTimeout && !approval) {
      fail(this, "an 'approvalTimeout' needs 'approval: true': set it, or omit 'approvalTimeout'");
    }
    const bake = bakeTime ?? (alarmNames.length > 0 ? Duration.minutes(10) : Duration.seconds(0));
    return {
      bakeSeconds: this.seconds('bakeTime', bake, 0, 24 * 3600),
      deploySeconds: this.seconds('deployTimeout', deployTimeout ?? Duration.hours(4), 300, 12 * 3600),
      healthSeconds: this.seconds('healthTimeout', healthTimeout ?? Duration.minutes(15), 60, 12 * 3600),
      ...(approval && {
        approvalSeconds: this.seconds('approvalTimeout', approvalTimeout ?? Duration.days(1), 300, 7 * 24 * 3600),
      }),
    };
  }

  /** An execution of Step Functions has at most 25,000 events, and each look at a release takes about ten. */
  private checkDuration(shift: ReleaseConfig['shift'], { deploySeconds, healthSeconds, bakeSeconds }: Times): void {
    const shiftSeconds = shift.reduce((sum, { seconds }) => sum + seconds, 0);
    const hours = (deploySeconds + healthSeconds + shiftSeconds + bakeSeconds) / 3600;
    if (hours <= 24) return;
    fail(
      this,
      "'deployTimeout', 'healthTimeout', the shift and 'bakeTime' must take at most 24 hours together, "
        + `got ${Number(hours.toFixed(2))} hours`,
    );
  }

  private seconds(name: string, duration: Duration, minimum: number, maximum: number): number {
    const seconds = duration.toSeconds({ integral: false });
    if (Number.isInteger(seconds) && seconds >= minimum && seconds <= maximum) return seconds;
    const limits = [minimum, maximum].map(limit => Duration.seconds(limit).toHumanString());
    return fail(this, `'${name}' must be ${limits.join(' to ')}, in whole seconds, got ${duration.toHumanString()}`);
  }
}

function accountKeyOf(account: IAccount): string {
  return Token.isUnresolved(account.accountId) ? account.node.path : account.accountId;
}
