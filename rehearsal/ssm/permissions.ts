import { on, own, regionalArn, textOf } from '../iam/permission';
import type { Call, Permissions } from '../service';

const parameterArn = (call: Call, name: string): string => regionalArn(call, `parameter/${name.replace(/^\//, '')}`);

const onEach: Permissions = call => {
  const { Names: names } = call.input;
  return Array.isArray(names) ? names.map(name => own(call, parameterArn(call, String(name)))) : [];
};

export const permissions = {
  ...on(['GetParameter', 'PutParameter', 'DeleteParameter'], call => parameterArn(call, textOf(call, 'Name'))),
  GetParameters: onEach,
  DeleteParameters: onEach,
  ...on(['ListTagsForResource', 'AddTagsToResource', 'RemoveTagsFromResource'], call => parameterArn(call, textOf(call, 'ResourceId'))),
  ...on(['GetParametersByPath'], call => parameterArn(call, textOf(call, 'Path'))),
};
