import type { OutputReference } from './intrinsics';
import type { Output, Stack, StackEvent } from './stack';
import type { Fields } from './values';
import type { Environment, ResourceType } from '../../core/service';

/** What an operation on a stack needs of everything around the stack. */
export interface StackContext {
  readonly environment: Environment;
  type(name: string): ResourceType;
  /** Whether resources of this type are acted out, not only kept as declared. */
  isSimulated(type: string): boolean;
  /** Simulated seconds that the creation of a resource takes. */
  creationSeconds(type: string): number;
  /** An attribute that the type itself does not know. */
  guessAttribute(attribute: string, resource: { readonly id: string; readonly type: string; readonly attributes: Fields }, stack: Stack): unknown;
  parameter(accountId: string, region: string, name: string): string | undefined;
  exported(accountId: string, region: string, name: string): Output & { readonly stackId: string } | undefined;
  /** An output of another stack, read with the rights of the one that asks. */
  output(reference: OutputReference, reader: Stack): string;
  /** The names of the stacks that read an export. */
  importers(accountId: string, region: string, name: string): string[];
  notify(event: StackEvent): void;
}
