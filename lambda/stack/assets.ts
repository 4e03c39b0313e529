import type { Asset } from './asset-errors';
import { AssetErrors } from './asset-errors';
import type { AssetStores } from './asset-stores';
import { CopyStep } from './copy-step';
import { ImageCopy } from './image-copy';
import type { AccountStackRequest } from '../../src/stack/contract';
import { fingerprintOf } from '../cloudformation/fingerprint';
import type { HandlerAccount } from '../cloudformation/handler-account';
import type { Registry, Versioned } from '../registry/registry';
import type { StackPlace, StackRecord } from '../registry/stack';

type Read = Versioned<StackRecord<AccountStackRequest>>;

/**
 * Copies the assets of a stack to its account. Their names are derived from their content, so existing ones are
 * skipped, and an interrupted copy is repeated.
 */
export class AssetCopies {
  public constructor(
    private readonly registry: Registry,
    private readonly stores: (place: StackPlace) => Promise<AssetStores>,
    private readonly handlerAccount: HandlerAccount,
    private readonly now: () => number,
  ) {}

  /** Copies assets for at most one step. Returns the record when all assets are copied. */
  public async advance(request: AccountStackRequest, record: Read): Promise<Read | undefined> {
    const assets = assetsOf(request);
    const step = new CopyStep(this.registry, request, record, this.now);
    if (record.applied === fingerprintOf(request) || step.copied === assets.length) return record;
    const stores = await this.stores(request);
    for (const asset of assets.slice(step.copied)) {
      const errors = new AssetErrors(asset, request, this.handlerAccount, this.now() - record.requestedAt);
      if (step.isOver || !(await copyAsset(asset, { stores, step, errors }))) break;
      step.copied++;
    }
    const saved = await step.save();
    return step.copied === assets.length ? saved : undefined;
  }
}

interface CopyContext {
  readonly stores: AssetStores;
  readonly step: CopyStep;
  readonly errors: AssetErrors;
}

/** Copies an asset, or a part of it. Returns whether it is complete. */
async function copyAsset({ kind, name, source }: Asset, { stores, step, errors }: CopyContext): Promise<boolean> {
  if (kind === 'image') return new ImageCopy(stores, source, step, errors).advance(name);
  if (await errors.whileWriting(stores.hasFile(name))) return true;
  const file = await errors.whileReading(stores.file(source, name));
  await errors.whileWriting(stores.putFile(name, file));
  return true;
}

function assetsOf({ templateBucket, files = [], images }: AccountStackRequest): readonly Asset[] {
  return [
    ...files.map(name => ({ kind: 'file', name, source: templateBucket }) as const),
    ...(images?.tags ?? []).map(name => ({ kind: 'image', name, source: images?.repository ?? '' }) as const),
  ];
}
