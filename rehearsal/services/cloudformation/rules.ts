import type { Parameters } from './parameters';
import { references } from './references';
import type { Template } from './template';
import { formatError } from './template-format';
import { isFields, list, single, text, type Fields } from './values';
import { urlSuffixOf } from '../../core/partition';
import { AwsError } from '../../core/service';

interface Place {
  readonly accountId: string;
  readonly region: string;
  /** Pseudo parameters of the stack. */
  readonly name: string;
  readonly partition: string;
}

type Evaluate = (value: unknown) => unknown;

const FUNCTIONS: Readonly<Record<string, (argument: readonly unknown[], evaluate: Evaluate) => boolean>> = {
  'Fn::And': (parts, evaluate) => parts.every(part => holds(evaluate(part))),
  'Fn::Or': (parts, evaluate) => parts.some(part => holds(evaluate(part))),
  'Fn::Not': ([part], evaluate) => !holds(evaluate(part)),
  'Fn::Equals': ([left, right], evaluate) => text(evaluate(left)) === text(evaluate(right)),
  'Fn::Contains': ([whole, part], evaluate) => members(evaluate(whole)).includes(text(evaluate(part))),
  'Fn::EachMemberEquals': ([whole, value], evaluate) =>
    members(evaluate(whole)).every(member => member === text(evaluate(value))),
  'Fn::EachMemberIn': ([whole, allowed], evaluate) =>
    members(evaluate(whole)).every(member => members(evaluate(allowed)).includes(member)),
};
/** Valid on AWS; they need data of the account that the rehearsal does not have. */
const UNKNOWABLE = ['Fn::RefAll', 'Fn::ValueOf', 'Fn::ValueOfAll'];

/** Checks the assertions of the template's rules. @throws AwsError for parameters that violate one */
export function checkRules({ Rules }: Template, parameters: Parameters, place: Place): void {
  checkFunctions(Rules);
  const evaluate: Evaluate = value => {
    const [name, argument] = single(value) ?? [];
    if (name === 'Ref') return valueOf(text(argument), parameters, place);
    if (name !== undefined && name in FUNCTIONS) return FUNCTIONS[name](list(argument), evaluate);
    return Array.isArray(value) ? value.map(evaluate) : value;
  };
  for (const [name, { RuleCondition, Assertions }] of Object.entries(Rules)) {
    if (RuleCondition !== undefined && !holds(evaluate(RuleCondition))) continue;
    const broken = Assertions.find(({ Assert }) => !holds(evaluate(Assert)));
    if (broken) {
      throw new AwsError(
        'ValidationError',
        `Template error: rule ${name} does not hold${describeFailure(parameters, broken)}`,
      );
    }
  }
}

function checkFunctions(rules: Template['Rules']): void {
  const parts = Object.values(rules).flatMap(({ RuleCondition, Assertions }) => [
    RuleCondition,
    ...Assertions.map(({ Assert }) => Assert),
  ]);
  const used = [...new Set(functionsOf(parts))];
  const illegal = used.filter(name => name !== 'Ref' && !(name in FUNCTIONS) && !UNKNOWABLE.includes(name));
  if (illegal.length > 0) {
    throw formatError(
      `Following functions are not supported in the Rules block of the template: [${illegal.join(', ')}]`,
    );
  }
  const unknowable = used.find(name => UNKNOWABLE.includes(name));
  if (unknowable !== undefined) {
    throw formatError(`the rehearsal does not evaluate ${unknowable} in Rules: rehearse without the rule that uses it`);
  }
}

function functionsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(functionsOf);
  return isFields(value) ? Object.entries(value).flatMap(([name, argument]) => [name, ...functionsOf(argument)]) : [];
}

function valueOf(
  name: string,
  parameters: Parameters,
  { accountId, region, name: stackName, partition }: Place,
): unknown {
  const pseudo: Fields = {
    'AWS::AccountId': accountId,
    'AWS::Region': region,
    'AWS::StackName': stackName,
    'AWS::Partition': partition,
    'AWS::URLSuffix': urlSuffixOf(partition),
  };
  if (name in parameters) {
    const { value } = parameters[name];
    // in rules, an empty list has one empty member
    return Array.isArray(value) && value.length === 0 ? [''] : value;
  }
  if (name in pseudo) return pseudo[name];
  if (name.startsWith('AWS::')) {
    throw formatError(`the rehearsal does not evaluate ${name} in Rules: rehearse without the rule that uses it`);
  }
  throw formatError(`Unresolved dependencies [${name}]. Cannot reference resources in the Rules block of the template`);
}

function holds(value: unknown): boolean {
  return value === true || value === 'true';
}

function members(value: unknown): string[] {
  return list(value).flatMap(part => list(part)).map(text);
}

function describeFailure(
  parameters: Parameters,
  { Assert, AssertDescription: description }: Template['Rules'][string]['Assertions'][number],
): string {
  const visible = references(Assert).filter(name => name in parameters && !parameters[name].secret);
  const values = visible.map(name => `${name} is '${text(parameters[name].value)}'`);
  const actual = values.length > 0 ? ` as ${values.join(' and ')}` : '';
  return `${actual}${description === undefined ? '' : `: ${description}`}`;
}
