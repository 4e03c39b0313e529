import { Identifiers } from '../identifiers';
import { Regional } from '../regional';
import type { Environment, Operation, ResourceType, Service } from '../service';
import { PipelineOperations } from './operations';
import { permissions } from './permissions';
import type { Execution, Pipeline } from './pipeline';
import { pipelineType } from './resource-type';

export interface PipelineAction {
  readonly name: string;
  readonly category: string;
  readonly provider: string;
  readonly configuration: Readonly<Record<string, unknown>>;
}

export interface PipelineSummary {
  readonly name: string;
  readonly stages: readonly { readonly name: string; readonly actions: readonly PipelineAction[] }[];
  /** Whether any stage's inbound transition is disabled. */
  readonly frozen: boolean;
  /** The newest first. */
  readonly executions: readonly Execution[];
}

/** Pipelines and the record of their executions; nothing runs in them. */
export class CodePipeline implements Service {
  public readonly name = 'codepipeline';
  public readonly protocol = 'json';
  public readonly operations: Record<string, Operation>;
  public readonly permissions = permissions;
  public readonly resourceTypes: Record<string, ResourceType>;
  private readonly kept = new Regional(() => new Map<string, Pipeline>());

  public constructor(environment: Environment) {
    const identifiers = new Identifiers('codepipeline');
    this.operations = new PipelineOperations(environment, identifiers, this.kept).operations;
    this.resourceTypes = { 'AWS::CodePipeline::Pipeline': pipelineType(identifiers, this.kept) };
  }

  public pipelines(accountId: string, region: string): readonly PipelineSummary[] {
    return [...this.kept.of(accountId, region).values()].map(pipeline => ({
      name: pipeline.name,
      stages: pipeline.stages.map(stage => ({
        name: stage.Name,
        actions: stage.Actions.map(action => ({
          name: action.Name, category: action.ActionTypeId.Category, provider: action.ActionTypeId.Provider, configuration: action.Configuration,
        })),
      })),
      frozen: pipeline.disabledTransitions.size > 0,
      executions: pipeline.executions,
    }));
  }
}
