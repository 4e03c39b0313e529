import { runSimulation } from '@cloud-copilot/iam-simulate';
import * as fc from 'fast-check';
import type { Case } from './generated';
import { cases } from './generated';
import type { PolicyDocument } from '../../../../rehearsal/core/policy-document';
import { decide } from '../../../../rehearsal/services/iam/evaluate/decide';

const RUNS = 4000;
const seed = Number(process.env.SEED ?? 20261121);

type Verdict = 'Allowed' | 'ExplicitlyDenied' | 'ImplicitlyDenied';

/** AWS attaches it to the root, every unit and every account; the other implementation includes it. */
const FULL_ACCESS: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};

function ours({ request, policies }: Case): Verdict {
  const decision = decide(request, {
    ...policies,
    resourceControl: policies.resourceControl?.map(level => [FULL_ACCESS, ...level]),
  });
  if (decision.allowed) return 'Allowed';
  return decision.explicit ? 'ExplicitlyDenied' : 'ImplicitlyDenied';
}

async function theirs({
  request: { principal, action, resource, resourceAccountId, context },
  policies,
}: Case): Promise<string> {
  const named = (documents: readonly PolicyDocument[]) =>
    documents.map((policy, index) => ({ name: `policy${index}`, policy }));
  const contextVariables = Object.fromEntries(
    Object.entries(context).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, typeof value === 'string' ? value : [...value]]],
    ),
  );
  const result = await runSimulation(
    {
      request: {
        principal: principal.sessionArn,
        action,
        resource: { resource, accountId: resourceAccountId },
        contextVariables: {
          ...(principal.kind !== 'service' && {
            'aws:PrincipalArn': principal.arn,
            'aws:PrincipalAccount': principal.accountId,
          }),
          ...contextVariables,
        },
      },
      // the other implementation does not give all permissions to the root
      identityPolicies: named(principal.kind === 'root' ? [FULL_ACCESS] : policies.identity),
      permissionBoundaryPolicies: policies.boundary && named(policies.boundary),
      sessionPolicy: policies.session?.[0],
      serviceControlPolicies: (policies.serviceControl ?? []).map((level, index) => ({
        orgIdentifier: `ou-${index}`,
        policies: named(level),
      })),
      resourceControlPolicies: (policies.resourceControl ?? []).map((level, index) => ({
        orgIdentifier: `ou-${index}`,
        policies: named(level),
      })),
      resourcePolicy: policies.resource,
    },
    {},
  );
  return result.resultType === 'error' ? JSON.stringify(result.errors) : result.overallResult;
}

const versions = (policies: readonly PolicyDocument[]) => policies.map(({ Version }) => Version);
const KINDS: Readonly<Record<string, (generated: Case) => boolean>> = {
  boundary: ({ policies }) => policies.boundary !== undefined,
  session: ({ policies }) => policies.session !== undefined,
  serviceControl: ({ policies }) => policies.serviceControl !== undefined,
  resourceControl: ({ policies }) => policies.resourceControl !== undefined,
  notPrincipal: ({ policies }) =>
    policies.resource?.Statement.some(({ NotPrincipal }) => NotPrincipal !== undefined) === true,
  old: ({ policies }) => versions(policies.identity).includes('2008-10-17'),
  withoutVersion: ({ policies }) => versions(policies.identity).includes(undefined),
  service: ({ request }) => request.principal.kind === 'service',
  root: ({ request }) => request.principal.kind === 'root',
};

test(
  `evaluates ${RUNS} generated cases as another implementation of IAM does (seed ${seed}, SEED=… for others)`,
  async () => {
    const kinds = Object.fromEntries(Object.keys(KINDS).map(kind => [kind, 0]));
    const seen: Record<string, number> = { Allowed: 0, ExplicitlyDenied: 0, ImplicitlyDenied: 0, ...kinds };
    await fc.assert(
      fc.asyncProperty(cases, async generated => {
        const verdict = ours(generated);
        seen[verdict]++;
        for (const [kind, isSo] of Object.entries(KINDS)) if (isSo(generated)) seen[kind]++;
        expect(verdict).toBe(await theirs(generated));
      }),
      { seed, numRuns: RUNS },
    );
    // the comparison is only meaningful with allowed requests and with boundaries
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(RUNS / 20);
  },
);
