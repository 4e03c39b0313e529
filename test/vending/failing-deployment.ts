import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Cicd } from '../fixtures/app';

/** Makes the deployment fail after the environment `dev` is complete: two topics have the same name. */
export function failingDeployment(cicd: Cicd): void {
  const one = new Topic(cicd.stack, 'One', { topicName: 'same' });
  const two = new Topic(cicd.stack, 'Two', { topicName: 'same' });
  two.node.addDependency(one, cicd.stack.node.findChild('dev'));
}
