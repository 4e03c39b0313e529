import * as v from 'valibot';
import type { Distribution } from './distribution';
import { Identifiers } from '../../core/identifiers';
import { on, partitionOf, textOf } from '../../core/permissions';
import { read } from '../../core/protocol/read';
import { fromXml } from '../../core/protocol/xml';
import { AwsError } from '../../core/service';
import type { Call, Environment, Operation } from '../../core/service';

/** Simulated seconds until an invalidation is complete. */
const SECONDS = 60;

const Batch = v.object({
  Paths: v.object({ Items: v.optional(v.array(v.string()), []) }),
  CallerReference: v.string(),
});
const Named = v.object({ DistributionId: v.string(), Id: v.string() });

interface Invalidation {
  readonly id: string;
  readonly createdAt: number;
  readonly batch: v.InferOutput<typeof Batch>;
}

export const INVALIDATION_ROUTES = {
  CreateInvalidation: 'POST /2020-05-31/distribution/{DistributionId}/invalidation',
  GetInvalidation: 'GET /2020-05-31/distribution/{DistributionId}/invalidation/{Id}',
} as const;

export const invalidationPermissions = on(Object.keys(INVALIDATION_ROUTES), call =>
  `arn:${partitionOf(call)}:cloudfront::${call.caller.accountId}:distribution/${textOf(call, 'DistributionId')}`);

/** Operations for invalidations, which have no effect: responses are not kept in caches. */
export function invalidationOperations(
  environment: Environment, find: (id: string) => Distribution | undefined,
): Record<keyof typeof INVALIDATION_ROUTES, Operation> {
  const identifiers = new Identifiers('invalidation');
  const known = new Map<string, Invalidation>();

  const describe = ({ id, createdAt, batch }: Invalidation) => ({
    Invalidation: {
      Id: id,
      Status: environment.clock.now() - createdAt < SECONDS * 1000 ? 'InProgress' : 'Completed',
      CreateTime: new Date(createdAt),
      InvalidationBatch: {
        Paths: { Quantity: batch.Paths.Items.length, Items: { Path: batch.Paths.Items } },
        CallerReference: batch.CallerReference,
      },
    },
  });
  const requireDistribution = (call: Call): string => {
    const id = textOf(call, 'DistributionId');
    if (find(id)?.accountId === call.caller.accountId) return id;
    throw new AwsError('NoSuchDistribution', 'The specified distribution does not exist.', 404);
  };
  return {
    CreateInvalidation: async call => {
      const distributionId = requireDistribution(call);
      const batch = read(Batch, fromXml(call.request.body, { Items: 'Path' }));
      const made = { id: `I${identifiers.next(13, 'upper')}`, createdAt: environment.clock.now(), batch };
      known.set(`${distributionId}/${made.id}`, made);
      return describe(made);
    },
    GetInvalidation: async call => {
      const distributionId = requireDistribution(call);
      const found = known.get(`${distributionId}/${read(Named, call.input).Id}`);
      if (found !== undefined) return describe(found);
      throw new AwsError('NoSuchInvalidation', 'The specified invalidation does not exist.', 404);
    },
  };
}
