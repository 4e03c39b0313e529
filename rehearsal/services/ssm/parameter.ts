export type Tier = 'Standard' | 'Advanced';

export interface Parameter {
  readonly name: string;
  readonly value: string;
  readonly type: string;
  readonly tier: Tier;
  readonly version: number;
  readonly modifiedAt: number;
  readonly tags: Readonly<Record<string, string>>;
}
