import { everywhere, on, regionalArn, textOf } from '../iam/permission';

export const permissions = {
  ...on(['GetPipeline', 'GetPipelineState', 'StartPipelineExecution'], call => regionalArn(call, textOf(call, 'name'))),
  ...on(['StopPipelineExecution', 'ListPipelineExecutions', 'GetPipelineExecution'], call => regionalArn(call, textOf(call, 'pipelineName'))),
  ...on(['DisableStageTransition', 'EnableStageTransition'], call => regionalArn(call, `${textOf(call, 'pipelineName')}/${textOf(call, 'stageName')}`)),
  ...everywhere(['ListPipelines']),
};
