import type { Command } from 'commander';

interface CommonOption {
  readonly description: string;
  /** One letter. @default - none */
  readonly short?: string;
  /** Heading of the options among which the help lists it. @default 'Options' */
  readonly group?: string;
}

/** Declares an option with a value. */
interface ValueOption extends CommonOption {
  /** Placeholder of the value: `<file>`. */
  readonly argument: string;
  /** @default - the option can be omitted */
  readonly isRequired?: true;
  /**
   * Returns the parsed value, given the value of the earlier occurrences of a repeated option, and the values of the
   * options before it on the command line.
   */
  readonly parse: (value: string, previous?: never, before?: Readonly<Record<string, unknown>>) => unknown;
}

/** Declares an option without a value. */
interface SwitchOption extends CommonOption {
  readonly argument?: undefined;
}

/**
 * The options of a command, by the camel-case form of their names: `accountLimit` declares `--account-limit`. The help,
 * the table in the README and the type of the parsed options follow from it. In descriptions, code is in backticks.
 */
export type OptionTable = Readonly<Record<string, ValueOption | SwitchOption>>;

type ValueOf<Option> = Option extends {
  readonly parse: (value: string, previous?: never, before?: never) => infer Value;
}
  ? Value
  : boolean;
type RequiredName<Table extends OptionTable> = {
  [Name in keyof Table]: Table[Name] extends { readonly isRequired: true } ? Name : never;
}[keyof Table];

/** The parsed options of a command with these declarations. */
export type OptionValues<Table extends OptionTable> =
  & { readonly [Name in RequiredName<Table>]: ValueOf<Table[Name]> }
  & { readonly [Name in Exclude<keyof Table, RequiredName<Table>>]?: ValueOf<Table[Name]> };

/** Adds the declared options to a command. */
export function addOptions(command: Command, table: OptionTable): Command {
  for (const [name, declaration] of Object.entries(table)) {
    const option = command.createOption(flagsOf(name, declaration), descriptionOf(declaration));
    if (declaration.argument !== undefined) {
      // commander passes the value that the same function returned for the previous occurrence
      const parse = declaration.parse as (value: string, previous: unknown, before: object) => unknown;
      option.argParser((value, previous: unknown) => parse(value, previous, command.opts()));
      if (declaration.isRequired) option.makeOptionMandatory();
    }
    if (declaration.group !== undefined) option.helpGroup(`${declaration.group}:`);
    command.addOption(option);
  }
  return command;
}

function descriptionOf(declaration: ValueOption | SwitchOption): string {
  const description = declaration.description.replaceAll('`', '');
  return declaration.argument !== undefined && declaration.isRequired ? `${description}. Required` : description;
}

/** Returns the options as rows of a Markdown table: flags and meaning. */
export function markdownRows(table: OptionTable): string[] {
  return Object.entries(table).map(([name, option]) => `| \`${flagsOf(name, option)}\` | ${option.description} |`);
}

function flagsOf(name: string, { argument, short }: ValueOption | SwitchOption): string {
  const long = `--${name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`;
  const flag = short === undefined ? long : `-${short}, ${long}`;
  if (argument === undefined) return flag;
  return `${flag} ${argument}`;
}
