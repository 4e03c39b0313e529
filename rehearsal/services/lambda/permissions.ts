import { everywhere, on, regionalArn, textOf } from '../../core/permissions';
import type { Call } from '../../core/service';

/** A function can be named by name, partial ARN or ARN. */
function functionArn(call: Call): string {
  const given = decodeURIComponent(textOf(call, 'FunctionName'));
  const qualifier = call.request.query.get('Qualifier');
  const arn = given.startsWith('arn:')
    ? given
    : regionalArn(call, `function:${given.includes(':function:') ? given.split(':function:')[1] : given}`);
  return qualifier === null ? arn : `${arn}:${qualifier}`;
}

export const permissions = {
  ...everywhere(['ListFunctions']),
  ...on(
    ['DeleteFunction', 'GetFunction', 'GetFunctionConfiguration', 'UpdateFunctionConfiguration'], functionArn,
  ),
  Invoke: (call: Call) => [{ action: 'lambda:InvokeFunction', resource: functionArn(call) }],
};
