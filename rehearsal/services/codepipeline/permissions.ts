import { everywhere, on, regionalArn, textOf } from '../../core/permissions';

export const permissions = {
  ...on(['GetPipeline', 'GetPipelineState', 'StartPipelineExecution'], call => regionalArn(call, textOf(call, 'name'))),
  ...on(['StopPipelineExecution', 'ListPipelineExecutions', 'ListActionExecutions', 'GetPipelineExecution'], call =>
    regionalArn(call, textOf(call, 'pipelineName')),
  ),
  ...on(['DisableStageTransition', 'EnableStageTransition', 'RetryStageExecution', 'RollbackStage'], call =>
    regionalArn(call, `${textOf(call, 'pipelineName')}/${textOf(call, 'stageName')}`),
  ),
  ...on(['PutApprovalResult'], call =>
    regionalArn(call, `${textOf(call, 'pipelineName')}/${textOf(call, 'stageName')}/${textOf(call, 'actionName')}`),
  ),
  ...everywhere(['ListPipelines']),
};
