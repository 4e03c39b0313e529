import { countResources, ours, withAssembly } from './apps';
import { bootstrapKit, native } from './peers';

export interface ResourceCount {
  readonly name: string;
  /** Resources besides those of the environments. */
  readonly fixed: number;
  readonly perEnvironment: number;
  /** Number of environments with which the stack has at most 500 resources. */
  readonly environmentsPerStack: number;
}

const SUBJECTS = [
  {
    name: 'ours: account, branch and pipeline',
    define: (count: number) => ours({ count }),
    templates: /^Cicd0\.template\.json$/,
  },
  {
    name: 'ours: account only',
    define: (count: number) => ours({ count, accountsOnly: true }),
    templates: /^Cicd0\.template\.json$/,
  },
  { name: 'aws-bootstrap-kit: account only', define: bootstrapKit, templates: /^Organizations\.template\.json$/ },
  { name: 'AWS::Organizations::Account: account only', define: native, templates: /^Native\.template\.json$/ },
];

/** (a) Counts the resources of the largest stack: fixed, and per environment. */
export async function measureResources(): Promise<ResourceCount[]> {
  const rows: ResourceCount[] = [];
  for (const { name, define, templates } of SUBJECTS) {
    const [one, two] = [await resourcesOf(define(1), templates), await resourcesOf(define(2), templates)];
    const perEnvironment = two - one;
    const fixed = one - perEnvironment;
    rows.push({ name, fixed, perEnvironment, environmentsPerStack: Math.floor((500 - fixed) / perEnvironment) });
  }
  return rows;
}

async function resourcesOf(define: Parameters<typeof withAssembly>[0], templates: RegExp): Promise<number> {
  return withAssembly(define, async folder => countResources(folder, templates));
}
