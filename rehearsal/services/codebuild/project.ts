import * as v from 'valibot';
import { Flag, Text } from '../../core/protocol/read';

const Variable = v.object({
  Name: v.string(),
  Value: Text,
  Type: v.optional(v.picklist(['PLAINTEXT', 'PARAMETER_STORE', 'SECRETS_MANAGER']), 'PLAINTEXT'),
});
const Minutes = v.pipe(v.union([v.number(), v.string()]), v.transform(Number), v.minValue(5), v.maxValue(2160));

/** The used properties of `AWS::CodeBuild::Project`. */
export const ProjectProperties = v.object({
  Name: v.optional(
    v.pipe(
      v.string(),
      v.regex(
        /^[A-Za-z0-9][\w-]{1,149}$/,
        'a project name has 2 to 150 letters, digits or -_ and starts with a letter or a digit',
      ),
    ),
  ),
  ServiceRole: v.string(),
  EncryptionKey: v.optional(v.string()),
  Source: v.object({ Type: v.string(), BuildSpec: v.optional(v.string()) }),
  Environment: v.object({ Image: v.string(), EnvironmentVariables: v.optional(v.array(Variable), []) }),
  LogsConfig: v.optional(
    v.object({
      CloudWatchLogs: v.optional(
        v.object({ Status: v.string(), GroupName: v.optional(v.string()), StreamName: v.optional(v.string()) }),
      ),
    }),
  ),
  TimeoutInMinutes: v.optional(Minutes, 60),
  ConcurrentBuildLimit: v.optional(v.pipe(v.union([v.number(), v.string()]), v.transform(Number))),
  Cache: v.optional(v.object({ Type: v.string() })),
  BadgeEnabled: Flag,
});

export interface BuildVariable {
  readonly name: string;
  readonly value: string;
  readonly type: 'PLAINTEXT' | 'PARAMETER_STORE' | 'SECRETS_MANAGER';
}

export interface Project {
  readonly name: string;
  readonly arn: string;
  readonly accountId: string;
  readonly region: string;
  readonly serviceRole: string;
  readonly encryptionKey?: string;
  readonly sourceType: string;
  readonly buildSpec?: string;
  readonly image: string;
  readonly variables: readonly BuildVariable[];
  /** Undefined: the build writes no CloudWatch log. */
  readonly logGroup?: string;
  readonly timeoutMinutes: number;
}
