import { IProject } from 'aws-cdk-lib/aws-codebuild';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { HookRequest } from './release/contract';
import { rejectSubclass } from '../private/reject';

interface ReleaseHookConfig {
  readonly request: HookRequest;
  readonly permissions: readonly PolicyStatement[];
}

/**
 * What runs before the traffic shifts, or after it, in the CICD account. If it fails, the traffic returns. The class
 * cannot be subclassed.
 *
 * @example
 * const hook = ReleaseHook.function(warmUp);
 */
export class ReleaseHook {
  /**
   * A function. It receives `{ environmentName, releaseId, commitId, head, when, from, to, token }`, where `from` and
   * `to` are `{ side, accountId }`, and ends within a minute. It may be called twice with the same token.
   */
  public static function(target: IFunction): ReleaseHook {
    return new ReleaseHook({
      request: { kind: 'function', functionArn: target.functionArn },
      permissions: [new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [target.functionArn] })],
    });
  }

  /**
   * A build. It has the same values as environment variables: `RELEASE_ENVIRONMENTNAME`, `RELEASE_COMMITID`,
   * `RELEASE_FROM` and so on; `RELEASE_FROM` and `RELEASE_TO` are JSON.
   */
  public static project(project: IProject): ReleaseHook {
    return new ReleaseHook({
      request: { kind: 'project', projectName: project.projectName },
      permissions: [new PolicyStatement({
        actions: ['codebuild:StartBuild', 'codebuild:BatchGetBuilds'], resources: [project.projectArn],
      })],
    });
  }

  private constructor(private readonly config: ReleaseHookConfig) {
    rejectSubclass(new.target, ReleaseHook, 'use ReleaseHook.function() or ReleaseHook.project()');
  }

  /** @internal */
  public _bind(): ReleaseHookConfig {
    return this.config;
  }
}
