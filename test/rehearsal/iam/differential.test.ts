import { runSimulation } from '@cloud-copilot/iam-simulate';
import * as fc from 'fast-check';
import type { Case } from './generated';
import { cases } from './generated';
import { decide } from '../../../rehearsal/iam/evaluate/decide';
import type { PolicyDocument } from '../../../rehearsal/iam/policy';

const RUNS = 4000;
const seed = Number(process.env.SEED ?? 20261121);

type Verdict = 'Allowed' | 'ExplicitlyDenied' | 'ImplicitlyDenied';

function ours({ request, policies }: Case): Verdict {
  const decision = decide(request, policies);
  if (decision.allowed) return 'Allowed';
  return decision.explicit ? 'ExplicitlyDenied' : 'ImplicitlyDenied';
}

async function theirs({ request: { principal, action, resource, resourceAccountId, context }, policies }: Case): Promise<string> {
  const named = (documents: readonly PolicyDocument[]) => documents.map((policy, index) => ({ name: `policy${index}`, policy }));
  const contextVariables = Object.fromEntries(Object.entries(context).flatMap(([key, value]) => value === undefined ? [] : [[key, typeof value === 'string' ? value : [...value]]]));
  const result = await runSimulation({
    request: {
      principal: principal.sessionArn,
      action,
      resource: { resource, accountId: resourceAccountId },
      contextVariables: { 'aws:PrincipalArn': principal.arn, 'aws:PrincipalAccount': principal.accountId, ...contextVariables },
    },
    identityPolicies: named(policies.identity),
    permissionBoundaryPolicies: policies.boundary && named(policies.boundary),
    sessionPolicy: policies.session?.[0],
    serviceControlPolicies: (policies.serviceControl ?? []).map((level, index) => ({ orgIdentifier: `ou-${index}`, policies: named(level) })),
    resourceControlPolicies: [],
    resourcePolicy: policies.resource,
  }, {});
  return result.resultType === 'error' ? JSON.stringify(result.errors) : result.overallResult;
}

test(`judges ${RUNS} generated cases as another implementation of IAM does (seed ${seed}, SEED=… for others)`, async () => {
  const seen = { Allowed: 0, ExplicitlyDenied: 0, ImplicitlyDenied: 0 };
  await fc.assert(fc.asyncProperty(cases, async generated => {
    const verdict = ours(generated);
    seen[verdict]++;
    expect(verdict).toBe(await theirs(generated));
  }), { seed, numRuns: RUNS });
  // a comparison that never says yes would compare nothing
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(RUNS / 20);
});
