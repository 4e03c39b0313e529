import { templateOf } from './templates';
import { PipelineDefinition } from '../../src';
import { Cicd, quickApp } from '../fixtures/app';

const FIRST = PipelineDefinition.cdk({ environmentVariables: { STAGE: 'test', COLOUR: 'blue' } });
const SECOND = PipelineDefinition.cdk({ environmentVariables: { COLOUR: 'blue', STAGE: 'test' } });

test('pipelines share a template if their definitions differ only in the order of properties', () => {
  const cicd = new Cicd(quickApp(), { imported: true });
  cicd.environment('dev', { pipeline: { definition: FIRST } });
  cicd.environment('test', { pipeline: { definition: SECOND } });
  const templates = cicd.stack.node.children.filter(({ node }) => node.id.startsWith('PipelineTemplate'));
  expect(templates).toHaveLength(1);
});

test('the template of a pipeline does not depend on the order of properties in its definition', () => {
  expect(JSON.stringify(templateOf(SECOND))).toBe(JSON.stringify(templateOf(FIRST)));
});
