import { tmpdir } from 'node:os';
import { Clock } from '../../../rehearsal/core/clock';
import type { PolicyDocument } from '../../../rehearsal/core/policy-document';
import { Server } from '../../../rehearsal/core/server';
import type { Credentials, Environment, ResourceContext, ResourceType, Service } from '../../../rehearsal/core/service';
import { Account } from '../../../rehearsal/services/account/service';
import { CloudFront } from '../../../rehearsal/services/cloudfront/service';
import { CloudWatch } from '../../../rehearsal/services/cloudwatch/service';
import { CodeBuild } from '../../../rehearsal/services/codebuild/service';
import { CodeCommit } from '../../../rehearsal/services/codecommit/service';
import { CodeConnections } from '../../../rehearsal/services/codeconnections/service';
import { CodePipeline } from '../../../rehearsal/services/codepipeline/service';
import { DynamoDb } from '../../../rehearsal/services/dynamodb/service';
import { Ecr } from '../../../rehearsal/services/ecr/service';
import { Events } from '../../../rehearsal/services/events/service';
import { GlobalAccelerator } from '../../../rehearsal/services/globalaccelerator/service';
import { Access } from '../../../rehearsal/services/iam/access';
import { Identities } from '../../../rehearsal/services/iam/identities';
import { Iam } from '../../../rehearsal/services/iam/service';
import { ServiceRoles } from '../../../rehearsal/services/iam/service-roles';
import { Kms } from '../../../rehearsal/services/kms/service';
import { Organizations } from '../../../rehearsal/services/organizations/service';
import type { OrganizationsOptions } from '../../../rehearsal/services/organizations/service';
import { Route53 } from '../../../rehearsal/services/route53/service';
import { ArtifactStore } from '../../../rehearsal/services/s3/artifacts';
import { S3 } from '../../../rehearsal/services/s3/service';
import { Ssm } from '../../../rehearsal/services/ssm/service';
import { Sts } from '../../../rehearsal/services/sts/service';

export const MANAGEMENT = '999999999999';
export const CICD = '111111111111';
export const MEMBER = '222222222222';
export const REGION = 'eu-central-1';

/** The configuration of an SDK client. */
export interface ClientConfiguration {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
  readonly maxAttempts: number;
}

export interface WorldOptions extends Partial<OrganizationsOptions> {
  readonly roleSeconds?: number;
}

/** All simulated services behind one server. */
export class World {
  public static async start(options: WorldOptions = {}, scale = 6000): Promise<World> {
    const world = new World(options, scale);
    await world.server.start();
    return world;
  }

  public readonly delivered: { readonly functionArn: string; readonly event: unknown }[] = [];
  public readonly clock: Clock;
  public readonly iam: Identities;
  public readonly access: Access;
  public readonly server: Server;
  public readonly organizations: Organizations;
  public readonly s3: S3;
  public readonly ecr: Ecr;
  public readonly ssm: Ssm;
  public readonly events: Events;
  public readonly codecommit: CodeCommit;
  public readonly cloudwatch: CloudWatch;
  public readonly codebuild: CodeBuild;
  public readonly codepipeline: CodePipeline;
  public readonly route53: Route53;
  public readonly cloudfront: CloudFront;
  public readonly globalAccelerator: GlobalAccelerator;
  private readonly services: readonly Service[];

  private constructor({ roleSeconds, ...options }: WorldOptions, scale: number) {
    this.clock = new Clock(scale);
    const environment: Environment = { clock: this.clock, partition: 'aws', endpoint: '', listens: true };
    this.iam = new Identities();
    this.server = new Server(accessKeyId => this.iam.caller(accessKeyId), this.clock);
    this.organizations = new Organizations(environment, this.iam, { managementAccountId: MANAGEMENT, ...options });
    this.organizations.addAccount({ accountId: CICD, name: 'cicd', email: 'aws+cicd@example.com', joined: 'INVITED' });
    this.s3 = new S3(environment, this.iam);
    this.ecr = new Ecr(environment, this.iam);
    this.ssm = new Ssm(environment);
    this.events = new Events(environment, this.iam, {
      invoke: async (functionArn, event) => {
        this.delivered.push({ functionArn, event });
      },
      demand: (roleArn, ruleArn, permission) =>
        this.access.assertAllowed({
          ...permission,
          caller: this.iam.sessionOf(roleArn, 'events'),
          region: ruleArn.split(':')[3],
        }),
      publish: () => undefined,
    });
    this.codecommit = new CodeCommit(environment, this.events);
    this.access = new Access(this.iam, this.organizations, this.clock);
    this.cloudwatch = new CloudWatch(environment);
    this.route53 = new Route53(environment);
    this.cloudfront = new CloudFront(environment, this.s3);
    this.globalAccelerator = new GlobalAccelerator(environment);
    const { codecommit, cloudwatch, events, ssm, iam, access } = this;
    const roles = new ServiceRoles(iam, access);
    const artifacts = new ArtifactStore(this.s3, 'aws');
    this.codebuild = new CodeBuild(environment, {
      artifacts,
      roles,
      events,
      ssm,
      runs: false,
      temporary: tmpdir(),
      tools: '',
    });
    this.codepipeline = new CodePipeline(environment, {
      codecommit,
      connections: new CodeConnections({ accountsOf: () => [] }, undefined),
      hosts: [],
      codebuild: this.codebuild,
      cloudwatch,
      artifacts,
      roles,
      events,
      stacks: { call: async request => this.server.call(request), find: () => undefined },
    });
    this.services = [
      new Iam(environment, this.iam),
      this.organizations,
      this.s3,
      this.ecr,
      this.ssm,
      this.events,
      this.codecommit,
      this.cloudwatch,
      this.codebuild,
      this.codepipeline,
      this.route53,
      this.cloudfront,
      this.cloudfront.keyValueStores,
      this.globalAccelerator,
      new Sts(environment, this.iam, this.organizations, roleSeconds),
      new Account(this.organizations, this.clock, 'aws'),
      new DynamoDb(environment),
      new Kms(environment, this.iam),
    ];
    for (const service of this.services) {
      this.server.register(service);
      this.access.register(service);
    }
    this.server.setGuard(async (service, call) => this.access.authorize(service, call));
  }

  public async stop(): Promise<void> {
    for (const service of this.services) await service.close?.();
    await this.server.stop();
  }

  /**
   * Returns the configuration of a client for a role, which gets all permissions unless it exists. It never retries, so
   * every error is visible.
   */
  public as(accountId: string, roleName = 'admin', region = REGION): ClientConfiguration {
    const arn = `arn:aws:sts::${accountId}:assumed-role/${roleName}/session`;
    if (this.iam.roleNamed(accountId, roleName) === undefined) this.administrator(accountId, roleName);
    return { endpoint: this.server.endpoint, region, credentials: this.iam.issue({ accountId, arn }), maxAttempts: 1 };
  }

  /** Stops simulated time. The returned function advances it by seconds. */
  public holdTime(): (seconds: number) => void {
    let now = this.clock.now();
    jest.spyOn(this.clock, 'now').mockImplementation(() => now);
    return seconds => {
      now += seconds * 1000;
    };
  }

  /** Creates a role of a service, for example `codepipeline.amazonaws.com`. */
  public serviceRole(accountId: string, roleName: string, service: string): void {
    this.administrator(accountId, roleName, {
      Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: service } }],
    });
  }

  private administrator(accountId: string, roleName: string, trust: PolicyDocument = { Statement: [] }): void {
    this.iam.putRole({
      arn: `arn:aws:iam::${accountId}:role/${roleName}`,
      roleName,
      roleId: `AROA${roleName}`,
      accountId,
      trust,
      policies: {},
      managedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'],
      tags: {},
    });
  }

  /** Returns the resource type, whichever service provides it. */
  public type(name: string): ResourceType {
    const type = this.services.map(service => service.resourceTypes?.[name]).find(candidate => candidate !== undefined);
    if (type === undefined) throw new Error(`no service has the type ${name}`);
    return type;
  }

  public context(accountId: string, logicalId = 'Resource'): ResourceContext {
    return {
      accountId,
      region: REGION,
      stackId: `arn:aws:cloudformation:${REGION}:${accountId}:stack/Stack/1`,
      stackName: 'Stack',
      logicalId,
      tags: {},
    };
  }
}
