import { BASELINE } from '../../lambda/account/baseline';
import { PipelineDefinition } from '../../src';
import { Cicd, quickApp } from '../fixtures/app';
import { pipelineTemplateOf, resourcesOf } from '../fixtures/assembly';

function policiesOf(definition: PipelineDefinition) {
  const app = quickApp();
  const environment = new Cicd(app).environment('dev', { pipeline: { definition } });
  return resourcesOf(pipelineTemplateOf(app.synth(), environment.pipeline), 'AWS::IAM::RolePolicy');
}

test('the role that plans reads secrets only where a pipeline plans', () => {
  expect(policiesOf(PipelineDefinition.cdk())).toEqual([]);
  expect(policiesOf(PipelineDefinition.tofu()).map(({ Properties }) => Properties)).toEqual([{
    RoleName: { 'Fn::Join': ['', ['org-environments-plan-', { Ref: 'AWS::Region' }]] },
    PolicyName: 'PlanSecrets',
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [{
        Sid: 'PlanSecrets', Effect: 'Allow', Action: ['kms:Decrypt', 'secretsmanager:GetSecretValue'], Resource: '*',
      }],
    },
  }]);
  expect(BASELINE.Resources.Plan.Properties).not.toHaveProperty('Policies');
});
