import type { Lifecycle, Owner, Progress, Replacement } from './lifecycle';
import type { Drift } from '../../src/operations/contract';

interface Parts<One, Other, OneResult, OtherResult> {
  readonly one: Lifecycle<One, OneResult>;
  /** What it does not check, is neither checked nor repaired. */
  readonly other: Unchecked<Other, OtherResult>;
  readonly isOther: (request: One | Other) => request is Other;
  /** What a request is for, with its article: `an account`. */
  readonly nameOf: (request: One | Other) => string;
}

type Unchecked<Request, Result> =
  Omit<Lifecycle<Request, Result>, Checks> & Partial<Pick<Lifecycle<Request, Result>, Checks>>;

type Checks = 'check' | 'requestRepair';

/** Two types of resources that one function serves. */
export class TwoLifecycles<One, Other, OneResult extends object, OtherResult extends object>
implements Required<Lifecycle<One | Other, OneResult | OtherResult>> {
  public constructor(private readonly parts: Parts<One, Other, OneResult, OtherResult>) {}

  public recordKeys(request: One | Other): readonly string[] {
    return this.of(request).recordKeys?.(request) ?? [];
  }

  public ownedKeys(request: One | Other): readonly string[] {
    return this.of(request).ownedKeys?.(request) ?? this.recordKeys(request);
  }

  public async requestCreate(owner: Owner, request: One | Other): Promise<void> {
    return this.of(request).requestCreate(owner, request);
  }

  public async requestUpdate(owner: Owner, request: One | Other, before: One | Other): Promise<void> {
    const { isOther, nameOf } = this.parts;
    if (isOther(request) === isOther(before)) return this.of(request).requestUpdate(owner, request, before);
    throw new Error(
      `resource '${owner.logicalId}' cannot change from ${nameOf(before)} to ${nameOf(request)}: `
        + 'give the construct another id',
    );
  }

  public async requestDelete(owner: Owner, request: One | Other): Promise<void> {
    return this.of(request).requestDelete(owner, request);
  }

  public async requestFormer(
    owner: Owner, request: One | Other, former: One | Other, isCreation: boolean,
  ): Promise<void> {
    if (this.parts.isOther(request) !== this.parts.isOther(former)) return;
    await this.of(request).requestFormer?.(owner, request, former, isCreation);
  }

  public async reconcile(owner: Owner, request: One | Other): Promise<Progress<OneResult | OtherResult>> {
    return this.of(request).reconcile(owner, request);
  }

  public async reconcileDelete(owner: Owner, request: One | Other): Promise<Progress<void>> {
    return this.of(request).reconcileDelete(owner, request);
  }

  public async check(owner: Owner, request: One | Other): Promise<readonly Drift[]> {
    return (await this.of(request).check?.(owner, request)) ?? [];
  }

  public async requestRepair(owner: Owner, request: One | Other): Promise<void> {
    await this.of(request).requestRepair?.(owner, request);
  }

  public async recover(owner: Owner, request: One | Other, change?: Replacement<One | Other>): Promise<void> {
    const { isOther } = this.parts;
    if (change && isOther(change.next) !== isOther(request)) return;
    await this.of(request).recover?.(owner, request, change);
  }

  public subjectOf(request: One | Other): string | undefined {
    return this.of(request).subjectOf?.(request);
  }

  /** The lifecycle of a request: `isOther` has checked its type. */
  private of(request: One | Other): Unchecked<One | Other, OneResult | OtherResult> {
    const { one, other, isOther } = this.parts;
    return (isOther(request) ? other : one) as Unchecked<One | Other, OneResult | OtherResult>;
  }
}
