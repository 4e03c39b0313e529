import { countResources, ours, withAssembly } from './apps';
import { bootstrapKit, native } from './peers';

export interface ResourceCount {
  readonly name: string;
  /** What is there besides the environments. */
  readonly before: number;
  readonly each: number;
  /** How many fit the 500 resources of a stack. */
  readonly fit: number;
}

const SUBJECTS = [
  { name: 'ours: account, branch and pipeline', define: (count: number) => ours({ count }), templates: /^Cicd0\.template\.json$/ },
  { name: 'ours: account only', define: (count: number) => ours({ count, accountsOnly: true }), templates: /^Cicd0\.template\.json$/ },
  { name: 'aws-bootstrap-kit: account only', define: bootstrapKit, templates: /^Organizations\.template\.json$/ },
  { name: 'AWS::Organizations::Account: account only', define: native, templates: /^Native\.template\.json$/ },
];

/** (a) Resources before the first and for each further environment, in the stack whose limit is met first. */
export async function measureResources(): Promise<ResourceCount[]> {
  const rows: ResourceCount[] = [];
  for (const { name, define, templates } of SUBJECTS) {
    const [one, two] = [await resourcesOf(define(1), templates), await resourcesOf(define(2), templates)];
    const each = two - one;
    rows.push({ name, before: one - each, each, fit: Math.floor((500 - one) / each) + 1 });
  }
  return rows;
}

async function resourcesOf(define: Parameters<typeof withAssembly>[0], templates: RegExp): Promise<number> {
  return withAssembly(define, async folder => countResources(folder, templates));
}
