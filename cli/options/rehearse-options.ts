import type { OptionTable, OptionValues } from './option-table';
import {
  collectAccount, collectApp, collectBootstrap, collectCommand, collectContext, collectFaultKinds, collectName,
  collectParameter, collectRepository, collectResourceType, collectSsmParameter, collectUnit, parseAccount,
  parseAccountId, parseAccountLimit, parseFile, parseOrganizationId, parseScale, parseSeed,
} from './parsers';
import { FAULT_KINDS } from '../../rehearsal/faults/fault';

const APP = 'The app';
const BEFORE = 'What exists before the deployment';
const PIPELINES = 'Pipelines';
const FAULTS = 'Faults';
const TIME = 'Time';
const OUTPUT = 'Output';

/** The options of `rehearse`. */
export const REHEARSE_OPTIONS = {
  app: {
    argument: '<folder or command>',
    short: 'a',
    group: APP,
    description: 'cloud assembly to deploy, or the command that synthesizes it. Default: the app of `cdk.json`. Can be '
      + 'repeated: the apps are deployed in sequence into the same organization, as updates; the first failure skips '
      + 'the rest, except with `--continue`',
    parse: collectApp,
  },
  context: {
    argument: '<key>=<value>',
    short: 'c',
    group: APP,
    description: 'context for the app, as for `cdk synth`. Can be repeated',
    parse: collectContext,
  },
  continue: {
    group: APP,
    description: 'go on after a failed `--app` or `--then` with the next one, and with `--destroy`; the exit status is '
      + '1 nevertheless',
  },
  uncheckedType: {
    group: APP,
    argument: '<type>',
    description: 'resource type that may be newer than the table of types of the rehearsal: neither its existence nor '
      + 'its properties are checked. Can be repeated',
    parse: collectResourceType,
  },
  exclusively: {
    short: 'e',
    group: APP,
    description: 'deploy only the named stacks, without those on which they depend, as `cdk deploy`',
  },
  repository: {
    group: BEFORE,
    argument: '<name>=<path>',
    description: 'repository of CodeCommit that exists before the deployment, filled from a git repository or a '
      + 'folder. It is in the account and region of the stack of the `Organization`. A name like '
      + '`github:owner/name` (or `gitlab:…`, `bitbucket:…`) is a repository of this host. Can be repeated',
    parse: collectRepository,
  },
  organizationalUnit: {
    group: BEFORE,
    argument: '<path>',
    description: 'organizational unit that exists before the deployment, for example `Workloads/Test`. Can be repeated',
    parse: collectUnit,
  },
  account: {
    group: BEFORE,
    argument: '<id>[=<role name>]',
    description: 'account that was invited into the organization before the deployment, and the role through which the '
      + 'management account enters it. Can be repeated',
    parse: collectAccount,
  },
  bootstrap: {
    group: BEFORE,
    argument: '<id>=<trusted ids or none>',
    description: 'the accounts, separated by commas, that the bootstrap of this account trusts, as `cdk bootstrap '
      + '--trust`; `none` if the account is not bootstrapped. Can be repeated. Default: every account of a stack is '
      + 'bootstrapped and trusts no other',
    parse: collectBootstrap,
  },
  managementAccount: {
    group: BEFORE,
    argument: '<id>',
    description: 'id of the management account. Default: the account of the stack that grants '
      + '`organizations:CreateAccount` or manages the organization, otherwise an invented id that no stack uses. '
      + 'If all stacks are in one account, it is this account',
    parse: parseAccountId,
  },
  accountLimit: {
    group: BEFORE,
    argument: '<number>',
    description: 'maximum number of accounts in the organization. Default: '
      + '100 (the quota of a new organization on AWS is 10)',
    parse: parseAccountLimit,
  },
  organizationId: {
    group: BEFORE,
    argument: '<id>',
    description: 'id of the organization. Default: the id that the policies of the app name',
    parse: parseOrganizationId,
  },
  parameters: {
    group: APP,
    argument: '<[stack:]name=value>',
    description: 'value of a stack parameter, as for `cdk deploy`. Can be repeated; '
      + 'a value for one stack takes precedence',
    parse: collectParameter,
  },
  ssmParameter: {
    group: BEFORE,
    argument: '<name>=<value>',
    description: 'Parameter Store parameter that exists before the deployment, in every account and region of the app. '
      + 'Can be repeated. The public parameters of machine images always exist',
    parse: collectSsmParameter,
  },
  pipelines: {
    group: PIPELINES,
    description: 'run the pipelines. Their builds execute the commands of your repositories on this machine',
  },
  approve: {
    group: PIPELINES,
    argument: '<environment>',
    description: 'approve what the pipelines and releases of this environment wait for, or of `all` environments. '
      + 'Implies `--pipelines`. Can be repeated',
    parse: collectName,
  },
  then: {
    group: PIPELINES,
    argument: '<command>',
    description: 'command to run after the deployment, for example `git push`. Between two `--app`, it runs between '
      + 'their deployments. The rehearsal waits for the pipelines after it. Implies `--pipelines`. Can be repeated; '
      + 'the first failure skips the rest, except with `--continue`',
    parse: collectCommand,
  },
  as: {
    group: PIPELINES,
    argument: '<account>',
    description: 'id or name of an account. The `--then` commands that follow run as its administrator. It is the '
      + 'management account or a member. Can be repeated. Default: the CICD account',
    parse: parseAccount,
  },
  fault: {
    group: FAULTS,
    argument: '<kinds>',
    description: 'kinds of faults to inject into each deployment, separated by commas: '
      + FAULT_KINDS.map(kind => `\`${kind}\``).join(', '),
    parse: collectFaultKinds,
  },
  seed: {
    group: FAULTS,
    argument: '<number>',
    description: 'seed of the random choice of faults: the same seed injects the same faults. Default: random',
    parse: parseSeed,
  },
  destroy: {
    group: APP,
    description: 'destroy the last app at the end',
  },
  report: {
    group: OUTPUT,
    argument: '<file>',
    description: 'write a report as JSON: environments, accounts, stacks, AWS calls, quotas, times, leftovers',
    parse: parseFile,
  },
  timeline: {
    group: OUTPUT,
    argument: '<file>',
    description: 'write an HTML page that shows when each resource was in progress and what it waited for',
    parse: parseFile,
  },
  log: {
    group: OUTPUT,
    argument: '<file>',
    description: 'write the logs of all Lambda functions',
    parse: parseFile,
  },
  scale: {
    group: TIME,
    argument: '<number>',
    description: 'simulated seconds per real second; each function runs in its own process. Default: virtual time, or '
      + '60 where something needs real time',
    parse: parseScale,
  },
  json: {
    group: OUTPUT,
    description: 'print the report as JSON, and nothing else',
  },
  quiet: {
    group: OUTPUT,
    description: 'print only the verdict',
  },
  verbose: {
    group: OUTPUT,
    description: 'print a line for every resource, and the stack trace of an app that fails',
  },
} satisfies OptionTable;

/** The parsed options of `rehearse`. */
export type RehearseOptions = OptionValues<typeof REHEARSE_OPTIONS>;
