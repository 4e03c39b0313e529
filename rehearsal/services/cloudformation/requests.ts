import * as v from 'valibot';
import type { GivenParameters } from './parameters';
import type { Template } from './template';
import { AwsError } from '../../core/service';
import type { S3 } from '../s3/service';

const Flag = v.pipe(v.string(), v.transform(value => value === 'true'));
const ParameterList = v.optional(v.array(v.object({
  ParameterKey: v.string(), ParameterValue: v.optional(v.string()), UsePreviousValue: v.optional(Flag),
})), []);
const TagList = v.optional(v.array(v.object({ Key: v.string(), Value: v.string() })));

/** Common members of CreateStack, UpdateStack and CreateChangeSet. */
export const StackInput = v.object({
  StackName: v.string(),
  TemplateBody: v.optional(v.string()),
  TemplateURL: v.optional(v.string()),
  UsePreviousTemplate: v.optional(Flag),
  Parameters: ParameterList,
  Tags: TagList,
  Capabilities: v.optional(v.array(v.string()), []),
  RoleARN: v.optional(v.string()),
  ClientRequestToken: v.optional(v.string()),
  OnFailure: v.optional(v.picklist(['ROLLBACK', 'DO_NOTHING', 'DELETE']), 'ROLLBACK'),
  DisableRollback: v.optional(Flag),
  EnableTerminationProtection: v.optional(Flag, 'false'),
});
export type StackInput = v.InferOutput<typeof StackInput>;

export function givenParameters(input: StackInput): GivenParameters {
  return Object.fromEntries(input.Parameters.map(({ ParameterKey, ParameterValue, UsePreviousValue }) =>
    [ParameterKey, UsePreviousValue ? { previous: true as const } : ParameterValue ?? '']));
}

/** Returns the template of a request: inline, or from a bucket that the account of the caller may read. */
export function templateBody(input: StackInput, s3: S3, accountId: string): string | undefined {
  if (input.TemplateBody !== undefined) {
    if (Buffer.byteLength(input.TemplateBody) > 51_200) {
      throw validation(
        "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must "
          + 'have length less than or equal to 51200',
      );
    }
    return input.TemplateBody;
  }
  return input.TemplateURL === undefined ? undefined : fromBucket(input.TemplateURL, s3, accountId);
}

function fromBucket(address: string, s3: S3, accountId: string): string {
  const { bucket, key, signed } = parseAddress(address);
  const found = s3.bucket(bucket);
  if (!found) throw validation(`S3 error: The specified bucket does not exist: ${bucket}`);
  if (found.accountId !== accountId && !signed) throw validation('S3 error: Access Denied');
  const body = s3.read(bucket, key);
  if (body === undefined) throw validation(`S3 error: The specified key does not exist: ${key}`);
  return body.toString('utf8');
}

/** Parses a template URL. `signed` means that the URL itself grants the permission to read. */
export function parseAddress(address: string): { bucket: string; key: string; signed: boolean } {
  if (!URL.canParse(address)) throw validation('TemplateURL must be a supported URL.');
  const url = new URL(address);
  const path = decodeURIComponent(url.pathname).slice(1);
  const signed = url.searchParams.has('X-Amz-Signature');
  const virtualHost = /^(.+)\.s3[.-]/.exec(url.hostname);
  if (virtualHost) return { bucket: virtualHost[1], key: path, signed };
  const slash = path.indexOf('/');
  return { bucket: path.slice(0, slash), key: path.slice(slash + 1), signed };
}

const NAMED: Readonly<Record<string, string>> = {
  'AWS::IAM::Group': 'GroupName',
  'AWS::IAM::InstanceProfile': 'InstanceProfileName',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::IAM::User': 'UserName',
};

/** Deploying roles and policies needs a capability. */
export function checkCapabilities(template: Template, capabilities: readonly string[]): void {
  const resources = Object.values(template.Resources).filter(({ Type }) => Type.startsWith('AWS::IAM::'));
  if (resources.length === 0 || capabilities.includes('CAPABILITY_NAMED_IAM')) return;
  const named = resources.some(({ Type, Properties }) => NAMED[Type] !== undefined && NAMED[Type] in Properties);
  const wanted = named ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM';
  if (!capabilities.includes(wanted)) {
    throw new AwsError('InsufficientCapabilitiesException', `Requires capabilities : [${wanted}]`);
  }
}

export function validation(message: string): AwsError {
  return new AwsError('ValidationError', message);
}
