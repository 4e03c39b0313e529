import { countResources, ours, withAssembly } from './apps';
import { bare, bootstrapKit, native } from './peers';

export interface SynthTime {
  readonly environments: number;
  readonly resources: number;
  readonly oursMilliseconds: number;
  /** The same number of CfnResources, without other constructs. */
  readonly bareMilliseconds: number;
  /** Absent if the stack has more than 500 resources. */
  readonly bootstrapKitMilliseconds?: number;
  readonly nativeMilliseconds: number;
}

const RUNS = 3;

/** (b) Measures the time to define and synthesize; the minimum of three runs, as other load can only make it slower. */
export async function measureSynth(counts: readonly number[]): Promise<SynthTime[]> {
  const rows: SynthTime[] = [];
  for (const environments of counts) {
    const resources = await withAssembly(ours({ count: environments }), async folder => (
      countResources(folder, /^Cicd0\.template\.json$/)
    ));
    rows.push({
      environments,
      resources,
      oursMilliseconds: await minimumOf(ours({ count: environments })),
      bareMilliseconds: await minimumOf(bare(resources)),
      bootstrapKitMilliseconds: await minimumOf(bootstrapKit(environments)).catch(undefinedIfTooMany),
      nativeMilliseconds: await minimumOf(native(environments)),
    });
  }
  return rows;
}

async function minimumOf(define: Parameters<typeof withAssembly>[0]): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const startedAt = performance.now();
    await withAssembly(define, async () => undefined);
    times.push(performance.now() - startedAt);
  }
  return Math.round(Math.min(...times));
}

function undefinedIfTooMany(error: unknown): undefined {
  if (error instanceof Error && error.message.includes('greater than allowed maximum of 500')) return undefined;
  throw error;
}
