import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Clock } from './core/clock';
import { partitionOfRegion, urlSuffixOf } from './core/partition';
import { Server } from './core/server';
import type { Environment, Service, Transport } from './core/service';
import { VirtualClock } from './core/virtual-clock';
import { Deliveries } from './deliveries';
import type { HostConditions } from './hosts/host';
import { rehearsalCredentials, usualConditions } from './hosts/host';
import { Hosts } from './hosts/hosts';
import { Account } from './services/account/service';
import { CloudControl } from './services/cloudcontrol/service';
import { CloudFormation } from './services/cloudformation/service';
import { CloudFront } from './services/cloudfront/service';
import { CloudTrail } from './services/cloudtrail/service';
import { CloudWatch } from './services/cloudwatch/service';
import { Logs } from './services/cloudwatchlogs/service';
import { CodeBuild } from './services/codebuild/service';
import { makeTools } from './services/codebuild/tools';
import { CREDENTIALS_PATH } from './services/codebuild/variables';
import { answerGit } from './services/codecommit/git-server';
import { PUSH_PATH } from './services/codecommit/pushes';
import { CodeCommit } from './services/codecommit/service';
import { CodeConnections } from './services/codeconnections/service';
import { CodePipeline } from './services/codepipeline/service';
import { CostExplorer } from './services/costexplorer/service';
import { MemoryDynamoDb } from './services/dynamodb/memory-service';
import { DynamoDb } from './services/dynamodb/service';
import { Ec2 } from './services/ec2/service';
import { LAYERS_PATH } from './services/ecr/layers';
import { Ecr } from './services/ecr/service';
import { Events } from './services/events/service';
import { GlobalAccelerator } from './services/globalaccelerator/service';
import { Access } from './services/iam/access';
import { Identities } from './services/iam/identities';
import { Iam } from './services/iam/service';
import { ServiceRoles } from './services/iam/service-roles';
import { Kms } from './services/kms/service';
import { Lambda } from './services/lambda/service';
import { Organizations } from './services/organizations/service';
import { ResourceAccessManager } from './services/ram/service';
import { Rds } from './services/rds/service';
import { Route53 } from './services/route53/service';
import { ArtifactStore } from './services/s3/artifacts';
import { S3 } from './services/s3/service';
import { SecretsManager } from './services/secretsmanager/service';
import { ServiceQuotas } from './services/servicequotas/service';
import { Ses } from './services/ses/service';
import { Sns } from './services/sns/service';
import { Ssm } from './services/ssm/service';
import { StepFunctions } from './services/stepfunctions/service';
import { Sts } from './services/sts/service';
import { Tagging } from './services/tagging/service';
import type { SimulationOptions } from './simulation-options';

/** A simulated AWS organization on the loopback interface. */
export class Simulation {
  /** Starts an organization with only the management account. */
  public static async start(options: SimulationOptions): Promise<Simulation> {
    const simulation = new Simulation(options);
    try {
      if (options.virtual) simulation.server.startInProcess();
      else await simulation.server.start();
      return simulation;
    } catch (error) {
      await simulation.stop();
      throw error;
    }
  }

  public readonly clock: Clock;
  public readonly server: Server;
  public readonly iam: Identities;
  public readonly access: Access;
  public readonly organizations: Organizations;
  public readonly accounts: Account;
  public readonly s3: S3;
  public readonly ecr: Ecr;
  public readonly ssm: Ssm;
  public readonly kms: Kms;
  public readonly events: Events;
  public readonly codecommit: CodeCommit;
  public readonly hosts: Hosts;
  /** What hosts of repositories outside of AWS accept, and how they fail. */
  public readonly hostConditions: HostConditions = usualConditions();
  public readonly connections: CodeConnections;
  public readonly cloudwatch: CloudWatch;
  public readonly stepFunctions: StepFunctions;
  public readonly codebuild: CodeBuild;
  public readonly codepipeline: CodePipeline;
  public readonly lambda: Lambda;
  public readonly route53: Route53;
  public readonly cloudfront: CloudFront;
  public readonly globalAccelerator: GlobalAccelerator;
  public readonly cloudformation: CloudFormation;
  /** Names of the repositories that were seeded. */
  public readonly seededRepositories = new Set<string>();
  /** Ids of the stacks that assemblies deployed, without those of their functions. */
  public readonly deployedStackIds = new Set<string>();
  /** Tables in memory, used with the `direct` option. */
  public readonly tables: MemoryDynamoDb;
  public readonly ec2: Ec2;
  public readonly rds: Rds;
  public readonly ram: ResourceAccessManager;
  public readonly sns: Sns;
  private readonly services: readonly Service[];
  private readonly deliveries: Deliveries;
  private readonly temporary = mkdtempSync(join(tmpdir(), 'rehearsal-'));
  private readonly removeTemporary: () => void;

  private constructor(public readonly options: SimulationOptions) {
    // also when the process ends without stop()
    this.removeTemporary = () =>
      rmSync(this.temporary, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    process.once('exit', this.removeTemporary);
    const { virtual } = options;
    this.clock = virtual ? new VirtualClock(virtual) : new Clock(options.scale);
    const environment = this.environment();
    this.iam = new Identities(environment.partition);
    this.server = new Server(accessKeyId => this.iam.caller(accessKeyId), this.clock);
    this.organizations = new Organizations(environment, this.iam, options);
    this.accounts = new Account(this.organizations, this.clock, environment.partition);
    this.access = new Access(this.iam, this.organizations, this.clock);
    const access = options.enforce === false ? undefined : this.access;
    this.sns = new Sns(environment, this.iam);
    this.deliveries = new Deliveries({
      iam: this.iam,
      access: this.access,
      lambda: () => this.lambda,
      events: () => this.events,
      sns: this.sns,
      partition: environment.partition,
      enforce: access !== undefined,
    });
    this.s3 = new S3(environment, this.iam);
    this.ecr = new Ecr(environment, this.iam);
    this.ssm = new Ssm(environment);
    this.kms = new Kms(environment, this.iam);
    this.lambda = new Lambda(environment, this.iam, this.s3, {
      modules: options.modules,
      temporary: this.temporary,
      server: () => this.server,
      lacksImage: address => this.ecr.lacks(address),
      sendResult: (...given) => this.deliveries.sendResult(...given),
    });
    this.lambda.onInvoke(({ functionArn }) => this.noteLogs(functionArn));
    this.events = this.makeEvents(environment);
    this.codecommit = new CodeCommit(environment, this.events, this.temporary, this.s3);
    this.codecommit.onCreation = region => this.server.serveHost(
      `git-codecommit.${region}.${urlSuffixOf(partitionOfRegion(region))}`,
      async request => answerGit(this.server, region, request),
    );
    this.cloudwatch = new CloudWatch(environment);
    this.route53 = new Route53(environment);
    this.cloudfront = new CloudFront(environment, this.s3);
    this.globalAccelerator = new GlobalAccelerator(environment);
    const roles = new ServiceRoles(this.iam, access);
    const artifacts = new ArtifactStore(this.s3, environment.partition);
    this.codebuild = this.makeCodeBuild(environment, artifacts, roles);
    this.ram = new ResourceAccessManager(environment, this.organizations, options.sharing ?? true);
    this.connections = new CodeConnections(this.ram, options.connections);
    this.hosts = new Hosts({
      environment,
      temporary: this.temporary,
      conditions: this.hostConditions,
      server: this.server,
      pushed: push => this.codepipeline.pushed(push),
    });
    const { codecommit, codebuild, cloudwatch, events, connections, hosts: { all: hosts } } = this;
    this.codepipeline = new CodePipeline(environment, {
      codecommit,
      connections,
      hosts,
      codebuild,
      cloudwatch,
      artifacts,
      roles,
      events,
      stacks: {
        call: async request => this.server.call(request),
        find: (accountId, region, name) => this.cloudformation.find(accountId, region, name),
      },
    });
    const { server, iam, s3, ssm, lambda } = this;
    server.onObstacle = (accessKeyId, obstacle) => lambda.recordObstacle(accessKeyId, obstacle);
    server.route(PUSH_PATH, async ({ path, body }) => {
      const [id, lines] = [path.slice(PUSH_PATH.length), body.toString('utf8')];
      return { status: this.codecommit.received(id, lines) || this.hosts.received(id, lines) ? 200 : 404 };
    });
    server.route(LAYERS_PATH, async request => this.ecr.download(request));
    server.route(CREDENTIALS_PATH, async ({ path }) =>
      this.codebuild.containerCredentials(path.slice(CREDENTIALS_PATH.length)),
    );
    const { uncheckedTypes } = options;
    this.cloudformation = new CloudFormation(environment, { server, iam, access, s3, ssm, lambda, uncheckedTypes });
    this.tables = new MemoryDynamoDb(environment);
    this.stepFunctions = new StepFunctions(environment, lambda, iam, access);
    this.ec2 = new Ec2(environment, this.cloudformation.inventory, this.ram);
    const secrets = new SecretsManager(
      this.cloudformation.inventory, options.secrets, rehearsalCredentials(this.hostConditions), environment.partition,
    );
    this.rds = new Rds(environment, secrets, subnetId => this.ec2.networks.subnets.get(subnetId)?.vpcId);
    this.services = this.allServices(environment, secrets);
    this.connect(access);
  }

  /** Number of calls by operation, for example `organizations:CreateAccount`. */
  public get calls(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { service, operation } of this.server.calls) {
      counts[`${service}:${operation}`] = (counts[`${service}:${operation}`] ?? 0) + 1;
    }
    return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => a < b ? -1 : 1));
  }

  /** Intercepts the calls of functions in separate processes, for example to inject faults. */
  public interceptTransport(transport: Transport): void {
    if (this.options.virtual || this.options.inProcess) {
      throw new Error(
        'functions in this process use the transport of the options: pass virtual.transport or inProcess.transport',
      );
    }
    this.server.interceptTransport(async ({ service, operation, accessKeyId }, send) => {
      const holder = this.iam.holder(accessKeyId);
      return transport(
        { service, operation, kill: () => this.lambda.kill(holder), hang: () => this.lambda.hang(holder) },
        send,
      );
    });
  }

  /** Ends all processes and servers and deletes all temporary folders. */
  public async stop(): Promise<void> {
    try {
      for (const service of [...this.services].reverse()) await service.close?.();
      await this.hosts.close();
      await this.server.stop();
    } finally {
      process.off('exit', this.removeTemporary);
      this.removeTemporary();
    }
  }

  private makeEvents(environment: Environment): Events {
    return new Events(environment, this.iam, {
      invoke: async (...given) => this.deliveries.invokeForRule(...given),
      demand: (...given) => this.deliveries.demandForRule(...given),
      publish: (...given) => this.deliveries.publishForRule(...given),
    });
  }

  private makeCodeBuild(environment: Environment, artifacts: ArtifactStore, roles: ServiceRoles): CodeBuild {
    const { options, temporary, events, ssm } = this;
    const tools = makeTools(temporary, options.modules ?? process.cwd());
    return new CodeBuild(environment, {
      artifacts,
      roles,
      events,
      ssm,
      runs: options.builds ?? options.virtual === undefined,
      temporary,
      tools,
    });
  }

  private allServices(environment: Environment, secrets: SecretsManager): readonly Service[] {
    const { inventory, registry } = this.cloudformation;
    return [
      new Iam(environment, this.iam),
      new Sts(environment, this.iam, this.organizations, this.options.roleSeconds),
      this.organizations,
      this.accounts,
      this.s3,
      this.ecr,
      this.ssm,
      this.events,
      this.codecommit,
      this.cloudwatch,
      this.codebuild,
      this.codepipeline,
      this.lambda,
      this.route53,
      this.cloudfront,
      this.cloudfront.keyValueStores,
      this.globalAccelerator,
      this.cloudformation,
      environment.inProcess?.direct ? this.tables : new DynamoDb(environment),
      this.kms,
      this.stepFunctions,
      new CloudTrail(environment, () => this.server.calls, inventory),
      new CloudControl(environment, inventory, registry, this.cloudformation),
      new Tagging(environment, inventory),
      this.ec2,
      new CostExplorer(environment, inventory),
      secrets,
      this.rds,
      this.ram,
      this.connections,
      new Ses(),
      this.sns,
      new Logs(environment, this.iam),
      new ServiceQuotas(environment, this.organizations),
    ];
  }

  /** Registers the services and creates what exists at the start. */
  private connect(access: Access | undefined): void {
    const { organizations, options } = this;
    this.s3.receivers = this.deliveries.ofBuckets();
    this.sns.messages.invoke = this.deliveries.invokeForTopic;
    this.cloudwatch.onAction = (...given) => this.deliveries.publishForAlarm(...given);
    this.codepipeline.approvals.publish = message => void this.sns.messages.publish(message);
    for (const service of this.services) {
      this.server.register(service);
      this.access.register(service);
      this.cloudformation.inventory.register(service);
      if (service.resourceTypes) this.cloudformation.registerTypes(service.resourceTypes);
    }
    if (access !== undefined) this.server.setGuard(async (service, call) => access.authorize(service, call));
    this.server.intercept(async call => organizations.assertUsable(call));
    for (const path of options.organizationalUnits ?? []) organizations.addUnit(path);
    for (const { accountId, roleName } of options.accounts ?? []) organizations.invite(accountId, roleName);
  }

  /** Records the log permissions of a function's role. Without them AWS writes no log and reports no error. */
  private noteLogs(functionArn: string): void {
    const configuration = this.lambda.configuration(functionArn);
    for (const action of ['logs:CreateLogStream', 'logs:PutLogEvents']) {
      if (configuration !== undefined) this.access.usage.record(configuration.roleArn, action);
    }
  }

  private environment(): Environment {
    const server = (): Server => this.server;
    return {
      clock: this.clock,
      partition: this.options.partition ?? 'aws',
      get endpoint() {
        return server().endpoint;
      },
      inProcess: this.options.virtual ?? this.options.inProcess,
      listens: this.options.virtual === undefined,
    };
  }
}
