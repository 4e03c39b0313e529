import type { Clock } from '../core/clock';
import { NAME_SERVERS } from '../services/route53/hosted-zone';
import type { RecordSet } from '../services/route53/record-set';
import type { Route53 } from '../services/route53/service';

/** TTL of an alias to a load balancer, in seconds. */
const ALIAS_SECONDS = 60;

export interface ResolverOptions {
  readonly zoneId: string;
  readonly name: string;
  readonly type: string;
  /** How many times the TTL an answer is held. */
  readonly holdFactor: number;
}

/** A DNS resolver with a cache: it asks one of the name servers and holds the answer. */
export class Resolver {
  private held?: { readonly target: string; readonly until: number };

  public constructor(
    private readonly route53: Route53,
    private readonly clock: Clock,
    private readonly random: () => number,
    private readonly options: ResolverOptions,
  ) {}

  /** Returns the DNS name that the name leads to. @throws Error if it has no record */
  public resolve(): string {
    const now = this.clock.now();
    if (this.held !== undefined && this.held.until > now) return this.held.target;
    const answer = this.ask();
    const seconds = (answer.TTL ?? ALIAS_SECONDS) * this.options.holdFactor;
    const target = targetOf(answer);
    this.held = { target, until: now + seconds * 1000 };
    return target;
  }

  private ask(): RecordSet {
    const { zoneId, name, type } = this.options;
    const sets = this.route53.query(zoneId, Math.floor(this.random() * NAME_SERVERS), name, type);
    const answer = weightedChoice(sets, this.random());
    if (answer === undefined) throw new Error(`${name} has no ${type} record`);
    return answer;
  }
}

/** If all weights are 0, all records are equally likely. */
function weightedChoice(sets: readonly RecordSet[], random: number): RecordSet | undefined {
  const total = sets.reduce((sum, { Weight: weight = 0 }) => sum + weight, 0);
  if (total === 0) return sets[Math.floor(random * sets.length)];
  let left = random * total;
  return sets.find(({ Weight: weight = 0 }) => (left -= weight) < 0);
}

function targetOf({ AliasTarget: alias, ResourceRecords: values = [] }: RecordSet): string {
  return (alias?.DNSName ?? values[0].Value).replace(/\.$/, '');
}
