import { countResources, ours, withAssembly } from './apps';
import { bare, bootstrapKit, native } from './peers';

export interface SynthTime {
  readonly environments: number;
  readonly resources: number;
  readonly oursMilliseconds: number;
  /** As many resources as ours has, without constructs. */
  readonly bareMilliseconds: number;
  /** Absent: its stack would hold more than 500 resources. */
  readonly bootstrapKitMilliseconds?: number;
  readonly nativeMilliseconds: number;
}

const RUNS = 3;

/** (b) Time to define and synthesize, the fastest of three: what else the machine does only ever adds. */
export async function measureSynth(counts: readonly number[]): Promise<SynthTime[]> {
  const rows: SynthTime[] = [];
  for (const environments of counts) {
    const resources = await withAssembly(ours({ count: environments }), async folder => countResources(folder, /^Cicd0\.template\.json$/));
    rows.push({
      environments,
      resources,
      oursMilliseconds: await fastest(ours({ count: environments })),
      bareMilliseconds: await fastest(bare(resources)),
      bootstrapKitMilliseconds: await fastest(bootstrapKit(environments)).catch(unlessTooMany),
      nativeMilliseconds: await fastest(native(environments)),
    });
  }
  return rows;
}

async function fastest(define: Parameters<typeof withAssembly>[0]): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const startedAt = performance.now();
    await withAssembly(define, async () => undefined);
    times.push(performance.now() - startedAt);
  }
  return Math.round(Math.min(...times));
}

function unlessTooMany(error: unknown): undefined {
  if (error instanceof Error && error.message.includes('greater than allowed maximum of 500')) return undefined;
  throw error;
}
