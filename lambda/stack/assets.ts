import type { AssetStores } from './asset-stores';
import type { Asset } from './asset-words';
import { AssetWords } from './asset-words';
import { CopyStep } from './copy-step';
import { ImageCopy } from './image-copy';
import type { AccountStackRequest } from '../../src/stack/contract';
import type { Home } from '../cloudformation/errors';
import { fingerprintOf } from '../cloudformation/fingerprint';
import type { Registry, Versioned } from '../registry/registry';
import type { StackPlace, StackRecord } from '../registry/stack';

type Read = Versioned<StackRecord<AccountStackRequest>>;

/**
 * Copies the assets of a stack to its account. Their names are made of their content, so what is there already stays
 * as it is, and a copy that was interrupted is repeated.
 */
export class AssetCopies {
  public constructor(
    private readonly registry: Registry,
    private readonly stores: (place: StackPlace) => Promise<AssetStores>,
    private readonly home: Home,
    private readonly now: () => number,
  ) {}

  /** Copies for as long as a step may take; answers the record once all assets are there. */
  public async advance(request: AccountStackRequest, record: Read): Promise<Read | undefined> {
    const assets = assetsOf(request);
    const step = new CopyStep(this.registry, request, record, this.now);
    if (record.applied === fingerprintOf(request) || step.copied === assets.length) return record;
    const stores = await this.stores(request);
    for (const asset of assets.slice(step.copied)) {
      const words = new AssetWords(asset, request, this.home, this.now() - record.since);
      if (step.isOver || !(await copied(asset, { stores, step, words }))) break;
      step.copied++;
    }
    const saved = await step.save();
    return step.copied === assets.length ? saved : undefined;
  }
}

interface Circumstances {
  readonly stores: AssetStores;
  readonly step: CopyStep;
  readonly words: AssetWords;
}

/** Whether the account has the asset now. */
async function copied({ kind, name, source }: Asset, { stores, step, words }: Circumstances): Promise<boolean> {
  if (kind === 'image') return new ImageCopy(stores, source, step, words).advance(name);
  if (await words.writing(stores.hasFile(name))) return true;
  const file = await words.reading(stores.file(source, name));
  await words.writing(stores.putFile(name, file));
  return true;
}

function assetsOf({ templateBucket, files = [], images }: AccountStackRequest): readonly Asset[] {
  return [
    ...files.map(name => ({ kind: 'file', name, source: templateBucket }) as const),
    ...(images?.tags ?? []).map(name => ({ kind: 'image', name, source: images?.repository ?? '' }) as const),
  ];
}
