import type { OutputReference } from './intrinsics';
import type { Output, Stack, StackEvent } from './stack';
import type { Fields } from './values';
import type { Environment, ResourceType } from '../../core/service';

/** Interface of stack operations to the rest of CloudFormation. */
export interface StackContext {
  readonly environment: Environment;
  /** Types whose existence and properties are not checked. */
  readonly uncheckedTypes: ReadonlySet<string>;
  /** Whether a role trusts CloudFormation. */
  canAssume(roleArn: string): boolean;
  type(name: string): ResourceType;
  /** Whether resources of this type are simulated and not only recorded. */
  isSimulated(type: string): boolean;
  /** Simulated seconds that the creation of a resource takes. */
  creationSeconds(type: string): number;
  /** Guesses an attribute that the type does not provide. */
  guessAttribute(
    attribute: string,
    resource: { readonly id: string; readonly type: string; readonly properties: Fields },
    stack: Stack,
  ): unknown;
  /** Whether a value contains an id or attribute that the rehearsal made up. */
  isGuessed(value: string): boolean;
  parameter(accountId: string, region: string, name: string): string | undefined;
  exported(accountId: string, region: string, name: string): (Output & { readonly stackId: string }) | undefined;
  /** Returns an output of another stack, read with the permissions of the reading stack. */
  output(reference: OutputReference, reader: Stack): string;
  /** Names of the stacks that import an export. */
  importers(accountId: string, region: string, name: string): string[];
  notify(event: StackEvent): void;
}
