import pc from 'picocolors';
import { formatCount } from './format';
import type { ReleaseReport, Report } from '../report/report';
import type { WaitingEnvironment } from '../run/approvals';

const AWAITS: ReleaseReport['state'] = 'waits for approval';

export interface VerdictFacts {
  readonly report: Pick<
    Report,
    'succeeded' | 'environments' | 'pipelines' | 'placeholderTypes' | 'unsimulatedCalls' | 'releases' | 'leftovers'
  >;
  /** Whether a signal ended the rehearsal. */
  readonly isInterrupted: boolean;
  /** Names of the accounts that AWS is creating. */
  readonly creating: readonly string[];
  /** Lines that describe each failure in full. */
  readonly failures: readonly string[];
  readonly hints: readonly string[];
  readonly waiting: readonly WaitingEnvironment[];
  /** Values of `--approve` that have approved nothing. */
  readonly unusedApprovals: readonly string[];
  /** Whether the pipelines were run. */
  readonly pipelinesRan: boolean;
}

/** The last lines of a rehearsal: what was vended, what was not rehearsed, what failed and why, and what to do. */
export function verdictOf(facts: VerdictFacts): string[] {
  const { report: { succeeded }, isInterrupted, failures, hints } = facts;
  const title = isInterrupted
    ? pc.yellow('Rehearsal interrupted')
    : succeeded ? pc.green('Rehearsal succeeded') : pc.red('Rehearsal failed');
  const advice = succeeded ? [...adviceOf(facts), ...unusedApprovals(facts)] : [...adviceOf(facts), ...hints];
  return [
    '',
    pc.bold(title),
    vended(facts),
    ...isInterrupted ? interrupted(facts) : [],
    ...deployed(facts),
    ...notDeployed(facts),
    ...notRehearsed(facts),
    ...failures,
    ...advice.map(hint => `${pc.yellow('hint:')} ${hint}`),
  ];
}

function vended({ report: { environments } }: VerdictFacts): string {
  if (environments.length === 0) return 'Vended: no environment';
  const names = environments.map(({ environmentName, accountId }) => `${environmentName} (account ${accountId})`);
  return `Vended: ${formatCount(environments.length, 'environment')}: ${names.join(', ')}`;
}

/** What exists although no environment is complete. All of it was simulated. */
function interrupted({ report: { environments, leftovers }, creating }: VerdictFacts): string[] {
  const others = leftovers.accounts.filter(({ accountId }) => (
    !environments.some(environment => environment.accountId === accountId)
  ));
  const created = others.map(({ accountId, name }) => `${name} (account ${accountId})`);
  return [
    ...created.length === 0 ? [] : [`Accounts created, without an environment: ${created.join(', ')}`],
    ...creating.length === 0 ? [] : [`Accounts being created: ${creating.join(', ')}`],
    'The organization was simulated: nothing remains on this machine',
  ];
}

/** The commit that the pipeline of each environment has deployed last. */
function deployed({ report: { environments, pipelines } }: VerdictFacts): string[] {
  const commits = environments.flatMap(({ environmentName, accountId, pipelineName }) => {
    const pipeline = pipelines.find(({ name, ...other }) => name === pipelineName && other.accountId === accountId);
    const last = pipeline?.executions.find(({ status }) => status === 'Succeeded');
    return last?.commitId === undefined ? [] : [`${environmentName} ${last.commitId.slice(0, 7)}`];
  });
  return commits.length === 0 ? [] : [`Deployed: ${commits.join(', ')}`];
}

function notDeployed({ waiting, report: { releases } }: VerdictFacts): string[] {
  const commits = waiting.map(({ environmentName, stageName, commitId }) => (
    `${environmentName}: ${commitId.slice(0, 7)} waits for approval in stage '${stageName}'`
  ));
  const unfinished = releases.filter(({ state }) => state === 'in progress' || state === AWAITS);
  const releaseStates = unfinished.map(({ environmentName, state }) => (
    `${environmentName}: its release ${state === AWAITS ? state : `is ${state}`}`
  ));
  return [...commits, ...releaseStates].map(line => `${pc.yellow('!')} Not deployed: ${line}`);
}

function notRehearsed({ report, pipelinesRan }: VerdictFacts): string[] {
  const { environments, placeholderTypes, unsimulatedCalls } = report;
  return [
    ...pipelinesRan || environments.length === 0
      ? []
      : [`Not rehearsed: the pipelines of ${formatCount(environments.length, 'environment')}; add --pipelines`],
    ...placeholderTypes.length === 0 ? [] : [`Not simulated (placeholders): ${placeholderTypes.join(', ')}`],
    ...unsimulatedCalls.length === 0 ? [] : [`Not simulated (calls that failed): ${unsimulatedCalls.join(', ')}`],
  ];
}

function unusedApprovals({ unusedApprovals: names }: VerdictFacts): string[] {
  return names.map(name => name === 'all'
    ? '--approve all has approved nothing: no pipeline waited for approval; is `approval: true` set?'
    : `--approve '${name}' has approved nothing: no pipeline of this environment waited for approval; `
      + 'is `approval: true` set?');
}

function adviceOf({ waiting, report: { releases } }: VerdictFacts): string[] {
  const awaiting = [...waiting, ...releases.filter(({ state }) => state === AWAITS)];
  const [name] = awaiting.map(({ environmentName }) => environmentName);
  return name === undefined
    ? []
    : [`to rehearse what comes after an approval, add --approve ${name}, or --approve all`];
}
