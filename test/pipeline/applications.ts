import type { Foreign } from '../cloudformation/fake-stacks';
import { ONE, World, pipeline } from '../stack/world';

export const DEPLOYED: Foreign = {
  roleArn: `arn:aws:iam::${ONE}:role/cdk-hnb659fds-cfn-exec-role-${ONE}-eu-central-1`,
};

/** A pipeline that has deployed three stacks: `network`, then `database`, then `web`, which imports from both. */
export async function deployed(world = new World(), wanted = pipeline): Promise<World> {
  await world.create(wanted);
  put(world, 'network', 1, { exports: ['vpc'] });
  put(world, 'database', 2, { exports: ['table'], imports: ['vpc'] });
  put(world, 'web', 3, { imports: ['vpc', 'table'] });
  world.accounts.withArtifacts.add(ONE);
  return world;
}

export function put(
  world: World, stackName: string, minute: number, foreign: Foreign = {}, status = 'CREATE_COMPLETE',
): void {
  world.accounts
    .of(ONE)
    .put(stackName, status, {}, 'pipeline', { ...DEPLOYED, createdAt: new Date(minute * 60_000), ...foreign });
}

export function begun(world: World): readonly string[] {
  return world.accounts.of(ONE).begun;
}
