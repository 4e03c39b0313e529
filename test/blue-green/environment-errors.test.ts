import { Duration } from 'aws-cdk-lib';
import { custom, environment } from './environment';
import { Endpoint, HealthCheck, ReleaseHook, Shift, Singleton, Traffic } from '../../src';
import type { BlueGreenEnvironmentProps } from '../../src';
import { Cicd, quickApp } from '../fixtures/app';

describe('synthesis rejects', () => {
  const parameterOf = Traffic.parameter({ parameterName: '/x' });
  const http = (props: object) => HealthCheck.http({ endpoint: Endpoint.value('shop.example.com'), ...props });
  const linear = (percent: number, every = Duration.minutes(1)) => Shift.linear({ percent, every });

  test.each<[string, (cicd: Cicd) => Partial<BlueGreenEnvironmentProps>, string]>([
    [
      'a shift in steps by a kind of traffic with one side only',
      () => ({ shift: linear(10) }),
      'this kind of traffic has one side only: use Shift.allAtOnce(), or another kind of traffic',
    ],
    [
      'a shift of more than a day',
      cicd => ({
        shift: linear(1, Duration.hours(1)),
        traffic: custom(cicd),
      }),
      "'deployTimeout', 'healthTimeout', the shift and 'bakeTime' must take at most 24 hours together, got 103.25",
    ],
    ['a share of 0', () => ({ shift: linear(0) }), "'percent' of a shift must be a whole number from 1 to 99, got 0"],
    [
      'a share of 100',
      () => ({ shift: linear(100) }),
      "'percent' of a shift must be a whole number from 1 to 99, got 100",
    ],
    [
      'a short pause',
      () => ({ shift: Shift.canary({ percent: 5, pause: Duration.seconds(10) }) }),
      "'pause' of a shift must be one minute to one day, in whole seconds, got 10 seconds",
    ],
    [
      'a time-out of an approval without approval',
      () => ({ approvalTimeout: Duration.hours(1) }),
      "an 'approvalTimeout' needs 'approval: true': set it, or omit 'approvalTimeout'",
    ],
    [
      'one account for both sides',
      cicd => {
        const account = cicd.account('both');
        return { blue: { account }, green: { account } };
      },
      'blue and green must have different accounts',
    ],
    [
      'disabled pipelines',
      () => ({ pipeline: { enabled: false } }),
      "'pipeline.enabled' must not be false: releases enable the pipelines; to stop them, run: org-environments halt",
    ],
    [
      'a long bake time',
      () => ({ bakeTime: Duration.days(2) }),
      "'bakeTime' must be 0 seconds to 1 day, in whole seconds, got 2 days",
    ],
    [
      'a short time for the deployment',
      () => ({ deployTimeout: Duration.seconds(1) }),
      "'deployTimeout' must be 5 minutes to 12 hours, in whole seconds, got 1 second",
    ],
    [
      'a short time for the health',
      () => ({ healthTimeout: Duration.seconds(1) }),
      "'healthTimeout' must be 1 minute to 12 hours, in whole seconds, got 1 second",
    ],
    [
      'a long time for the approval',
      () => ({ approval: true, approvalTimeout: Duration.days(8) }),
      "'approvalTimeout' must be 5 minutes to 7 days, in whole seconds, got 8 days",
    ],
    [
      'too many singletons',
      () => ({ singletons: Array.from({ length: 21 }, (_, index) => Singleton.rule(`rule${index}`)) }),
      'an environment can have at most 20 singletons, got 21',
    ],
    [
      'a name of a rule',
      () => ({ singletons: [Singleton.rule('a b')] }),
      "the name of a rule must be 1 to 64 letters, digits and '_.-', got 'a b'",
    ],
    [
      'a number of tasks',
      () => ({ singletons: [Singleton.ecsService('a', 'b', 0)] }),
      "'desiredCount' must be a whole number from 1 to 1000, got 0",
    ],
    [
      'too many alarms',
      () => ({ alarmNames: Array.from({ length: 101 }, (_, index) => `alarm${index}`) }),
      'at most 100 alarms can be watched, got 101',
    ],
    [
      'an alarm without a name',
      () => ({ alarmNames: [''] }),
      "the name of an alarm must have 1 to 255 characters, got ''",
    ],
    [
      'a path without a slash',
      () => ({ healthChecks: [http({ path: 'health' })] }),
      "'path' of a health check must begin with '/', got 'health'",
    ],
    [
      'a number of good answers',
      () => ({ healthChecks: [http({ times: 0 })] }),
      "'times' of a health check must be a whole number from 1 to 100, got 0",
    ],
    [
      'a long interval',
      () => ({ healthChecks: [http({ interval: Duration.minutes(6) })] }),
      "'interval' of a health check must be a whole number from 1 to 300, got 360",
    ],
    [
      'the name of an environment',
      () => ({ environmentName: '1' }),
      "got '1'",
    ],
  ])('%s', (_title, props, message) => {
    const cicd = new Cicd(quickApp(), { imported: true });
    expect(() => environment(cicd, 'prod', props(cicd))).toThrow(message);
  });

  test('two environments with the same name, or whose traffic is divided by the same parameter', () => {
    const cicd = new Cicd(quickApp(), { imported: true });
    environment(cicd, 'one', { traffic: parameterOf });
    expect(() => environment(cicd, 'two', { traffic: parameterOf })).toThrow(
      "the parameter '/x' divides the traffic of 'Cicd/one' already: use another one for each environment",
    );
    expect(() => environment(cicd, 'three', { environmentName: 'one' })).toThrow("'one'");
  });

  test('the same account for both sides', () => {
    const cicd = new Cicd(quickApp(), { imported: true });
    const account = cicd.account('both');
    expect(() => environment(cicd, 'prod', { blue: { account }, green: { account } })).toThrow(/account/);
  });

  test('subclasses of its options', () => {
    for (const Class of [Shift, HealthCheck, ReleaseHook, Singleton, Traffic, Endpoint]) {
      const Sub = class extends (Class as unknown as new () => object) {};
      expect(() => new Sub()).toThrow(/use /);
    }
  });
});
