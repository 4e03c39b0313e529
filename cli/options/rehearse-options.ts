import type { OptionTable, OptionValues } from './option-table';
import {
  collectAccount, collectApp, collectCommand, collectFaultKinds, collectParameter, collectRepository,
  collectSsmParameter, collectUnit, parseAccount, parseAccountId, parseAccountLimit, parseFile, parseOrganizationId,
  parseScale, parseSeed,
} from './parsers';
import { FAULT_KINDS } from '../../rehearsal/faults/fault';

/** The options of `rehearse`. */
export const REHEARSE_OPTIONS = {
  app: {
    argument: '<folder or command>',
    isRequired: true,
    description: 'cloud assembly to deploy, or the command that synthesizes it. Can be repeated: the apps are deployed '
      + 'in sequence into the same organization, as updates; the first failure skips the rest',
    parse: collectApp,
  },
  repository: {
    argument: '<name>=<path>',
    description: 'repository of CodeCommit that exists before the deployment, filled from a git repository or a '
      + 'folder. It is in the account and region of the stack of the `Organization`. A name like '
      + '`github:owner/name` (or `gitlab:…`, `bitbucket:…`) is a repository of this host. Can be repeated',
    parse: collectRepository,
  },
  organizationalUnit: {
    argument: '<path>',
    description: 'organizational unit that exists before the deployment, for example `Workloads/Test`. Can be repeated',
    parse: collectUnit,
  },
  account: {
    argument: '<id>[=<role name>]',
    description: 'account that was invited into the organization before the deployment, and the role through which the '
      + 'management account enters it. Can be repeated',
    parse: collectAccount,
  },
  managementAccount: {
    argument: '<id>',
    description: 'id of the management account. Default: the account of the stack that grants '
      + '`organizations:CreateAccount`, otherwise the account of the first stack',
    parse: parseAccountId,
  },
  accountLimit: {
    argument: '<number>',
    description: 'maximum number of accounts in the organization. Default: '
      + '100 (the quota of a new organization on AWS is 10)',
    parse: parseAccountLimit,
  },
  organizationId: {
    argument: '<id>',
    description: 'id of the organization. Default: the id that the policies of the app name',
    parse: parseOrganizationId,
  },
  parameters: {
    argument: '<[stack:]name=value>',
    description: 'value of a stack parameter, as for `cdk deploy`. Can be repeated; '
      + 'a value for one stack takes precedence',
    parse: collectParameter,
  },
  ssmParameter: {
    argument: '<name>=<value>',
    description: 'Parameter Store parameter that exists before the deployment, in every account and region of the app. '
      + 'Can be repeated. The public parameters of machine images always exist',
    parse: collectSsmParameter,
  },
  pipelines: {
    description: 'run the pipelines. Their builds execute the commands of your repositories on this machine',
  },
  then: {
    argument: '<command>',
    description: 'command to run after the last deployment, for example `git push`; then wait for the pipelines. '
      + 'Implies `--pipelines`. Can be repeated; the first failure skips the rest',
    parse: collectCommand,
  },
  as: {
    argument: '<account>',
    description: 'id or name of the account whose administrator runs the commands of `--then` after it: the management '
      + 'account or a member. Can be repeated. Default: the CICD account',
    parse: parseAccount,
  },
  fault: {
    argument: '<kinds>',
    description: 'kinds of faults to inject into each deployment, separated by commas: '
      + FAULT_KINDS.map(kind => `\`${kind}\``).join(', '),
    parse: collectFaultKinds,
  },
  seed: {
    argument: '<number>',
    description: 'seed of the random choice of faults: the same seed injects the same faults. Default: random',
    parse: parseSeed,
  },
  destroy: {
    description: 'destroy the last app at the end',
  },
  report: {
    argument: '<file>',
    description: 'write a report as JSON: environments, accounts, stacks, AWS calls, quotas, times, leftovers',
    parse: parseFile,
  },
  timeline: {
    argument: '<file>',
    description: 'write an HTML page that shows when each resource was in progress and what it waited for',
    parse: parseFile,
  },
  log: {
    argument: '<file>',
    description: 'write the logs of all Lambda functions',
    parse: parseFile,
  },
  scale: {
    argument: '<number>',
    description: 'simulated seconds per real second; each function runs in its own process. Default: virtual time, or '
      + '60 where something needs real time',
    parse: parseScale,
  },
  verbose: {
    description: 'print a line for every resource, and the stack trace of an app that fails',
  },
} satisfies OptionTable;

/** The parsed options of `rehearse`. */
export type RehearseOptions = OptionValues<typeof REHEARSE_OPTIONS>;
