import { statSync } from 'node:fs';
import { Cicd, quickApp } from '../fixtures/app';
import { fileAssetsOf, templateOf } from '../fixtures/assembly';

/** A CICD stack with a tree of environments, each of which comes from an earlier one. */
function vend(count: number) {
  const app = quickApp();
  const cicd = new Cicd(app);
  for (let index = 0; index < count; index++) {
    const from = index === 0 ? 'main' : `env/e${Math.floor((index - 1) / 3)}`;
    cicd.environment(`e${index}`, { branch: { source: cicd.source, branchName: `env/e${index}`, from } });
  }
  const assembly = app.synth();
  const template = templateOf(assembly);
  return { assembly, template, resources: Object.values(template.Resources), bytes: statSync(assembly.getStackByName('Cicd').templateFullPath).size };
}

describe('a CICD stack', () => {
  const sizes = [0, 1, 2, 3].map(count => vend(count).resources.length);

  test('has at most 72 resources before the first environment, those of the first repository included', () => {
    const [none, one] = sizes;
    expect(none).toBeLessThanOrEqual(72);
    expect(one - 3).toBeLessThanOrEqual(72);
  });

  test('has nine of them to see what all pipelines do: bus, policy, rule, permission, function, role, its policy, log, and where what has failed goes', () => {
    const seeing = Object.entries(vend(0).template.Resources).filter(([id]) => /EventBus|PipelineEvents|ProvidersDeployments/.test(id)).map(([, { Type }]) => Type);
    expect(seeing.sort()).toEqual([
      'AWS::Events::EventBus', 'AWS::Events::EventBusPolicy', 'AWS::Events::Rule', 'AWS::IAM::Policy', 'AWS::IAM::Role', 'AWS::Lambda::EventInvokeConfig',
      'AWS::Lambda::Function', 'AWS::Lambda::Permission', 'AWS::Logs::LogGroup',
    ]);
  });

  test('has 3 more for each environment', () => {
    const [, one, two, three] = sizes;
    expect([two - one, three - two]).toEqual([3, 3]);
  });
});

describe('a stack of 140 environments', () => {
  const { assembly, template, resources, bytes } = vend(140);

  test('fits into what CloudFormation takes', () => {
    expect(resources.length).toBeLessThanOrEqual(500);
    expect(bytes).toBeLessThan(1_000_000);
  });

  test('has one template for all pipelines', () => {
    const templates = fileAssetsOf(assembly).filter(({ displayName }) => displayName === 'Template of an account stack');
    expect(templates).toHaveLength(1);
    const keys = resources.filter(({ Type }) => Type === 'Custom::OrgEnvironmentsStack').map(({ Properties }) => Properties.templateKey);
    expect(keys).toHaveLength(140);
    expect(new Set(keys).size).toBe(1);
  });

  test('has one rule for the repository and one for the events of all pipelines', () => {
    expect(resources.filter(({ Type }) => Type === 'AWS::Events::Rule')).toHaveLength(2);
  });

  test('does not grow by dependencies or by rights', () => {
    expect(Math.max(...resources.map(({ DependsOn = [] }) => DependsOn.length))).toBeLessThanOrEqual(3);
    const policies = resources.filter(({ Type }) => /^AWS::IAM::(Policy|Role)$/.test(Type));
    expect(Math.max(...policies.map(policy => JSON.stringify(policy).length))).toBeLessThan(5_000);
    expect(template.Outputs).toBeUndefined();
  });
});
