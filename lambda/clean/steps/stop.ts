import { Logger } from '@aws-lambda-powertools/logger';
import { sparesOf } from './spares';
import { isTransient } from '../../shared/errors';
import { CHUNK, nameOf, sparedOf } from '../context';
import type { CleanContext, StepResult } from '../context';
import type { Resource, Spared } from '../model';
import { DOCUMENTS } from '../record';
import { sparedResource } from '../spare/spare';

const logger = new Logger({ serviceName: 'org-environments' });

/** Stops what creates other resources again. What is stopped is written down first. */
export async function stop(context: CleanContext): Promise<StepResult> {
  const { round, position } = context.record;
  const planned = await context.document<Resource[]>(DOCUMENTS.stops(round));
  if (!planned) {
    await context.write(DOCUMENTS.stops(round), await planStops(context));
    return { wait: 0, change: { position: 0 } };
  }
  const chunk = planned.slice(position, position + CHUNK);
  if (chunk.length === 0) return { next: 'stacks' };
  for (const resource of chunk) await stopOne(context, resource);
  return { wait: 0, change: { position: position + chunk.length } };
}

async function planStops(context: CleanContext): Promise<readonly Resource[]> {
  const { stops } = context.parts;
  const scope = await context.scope();
  const spares = await sparesOf(context);
  const planned: Resource[] = [];
  const spared: Spared[] = [];
  for (const region of await context.usedRegions()) {
    const isUsed = (type: string) => context.isFull || scope[region]?.isAll || scope[region]?.types.includes(type);
    for (const type of stops.types.filter(isUsed)) {
      for (const resource of await stops.list(region, type)) {
        const rule = sparedResource(resource, spares);
        if (rule === undefined) planned.push(resource);
        else spared.push(sparedOf(resource, rule));
      }
    }
  }
  await context.addSpared(spared);
  return planned;
}

/** A resource that cannot be stopped is deleted later nevertheless; what it creates until then is found again. */
async function stopOne({ parts: { stops } }: CleanContext, resource: Resource): Promise<void> {
  try {
    await stops.stop(resource);
  } catch (error) {
    if (isTransient(error) || !(error instanceof Error) || !('$metadata' in error)) throw error;
    logger.warn('not stopped', { resource: nameOf(resource), reason: `${error.name}: ${error.message}` });
  }
}
