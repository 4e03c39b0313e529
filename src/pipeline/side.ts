import type { SideName } from '../blue-green/contract';
import type { SideAccess } from '../blue-green/side-access';

/** The side of a blue/green environment that a pipeline deploys. */
export interface PipelineSide {
  readonly name: SideName;
  /** What releases may read and change in the account. */
  readonly access: Required<SideAccess>;
}

const SIDES = new WeakMap<object, PipelineSide>();

/** Makes the pipeline with these properties that of a side. Only a blue/green environment does it. */
export function withSide<Props extends object>(props: Props, side: PipelineSide): Props {
  SIDES.set(props, side);
  return props;
}

/** The side of the pipeline with these properties; undefined: its environment has one account. */
export function sideOf(props: object): PipelineSide | undefined {
  return SIDES.get(props);
}
