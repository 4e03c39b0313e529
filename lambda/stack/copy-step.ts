import type { AccountStackRequest } from '../../src/stack/contract';
import type { Registry, Versioned } from '../registry/registry';
import type { LayerUpload, StackPlace, StackRecord } from '../registry/stack';
import { stackKey } from '../registry/stack';

/**
 * After this time nothing more is started: the function has one minute, and a file or a part of a layer takes some
 * seconds.
 */
const STEP_MILLISECONDS = 30_000;

/** One step of a copy: its progress, and the time that is left. */
export class CopyStep {
  /** Number of assets that are copied. */
  public copied: number;
  /** The layer that is being uploaded. */
  public upload?: LayerUpload;
  private readonly until: number;

  public constructor(
    private readonly registry: Registry,
    private readonly place: StackPlace,
    private record: Versioned<StackRecord<AccountStackRequest>>,
    private readonly now: () => number,
  ) {
    // another attempt checks all assets again: an asset may have been deleted since
    const { copied = 0, upload } = record.assets?.attempt === record.attempt ? record.assets : {};
    this.copied = copied;
    this.upload = upload;
    this.until = now() + STEP_MILLISECONDS;
  }

  public get isOver(): boolean {
    return this.now() >= this.until;
  }

  public async save(): Promise<Versioned<StackRecord<AccountStackRequest>>> {
    const {
      record: { version, ...record },
      copied,
      upload,
    } = this;
    const assets = { attempt: record.attempt, copied, ...(upload && { upload }) };
    this.record = await this.registry.write<StackRecord<AccountStackRequest>>(
      stackKey(this.place),
      { ...record, assets },
      version,
    );
    return this.record;
  }
}
