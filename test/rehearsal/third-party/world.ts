import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import type { AppProps } from 'aws-cdk-lib';
import { App } from 'aws-cdk-lib';
import type { DeploymentResult } from '../../../rehearsal';
import { deployAssembly, Simulation } from '../../../rehearsal';
import type { SimulationOptions } from '../../../rehearsal/simulation-options';

export const [MANAGEMENT, WORK, OTHER] = ['999999999999', '111122223333', '444455556666'];

/** What the CDK looks up for networks of the stacks. */
const ZONES = {
  [`availability-zones:account=${WORK}:region=eu-west-1`]: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
};

/** Synthesizes a third-party app and deploys it in virtual time. */
export async function rehearse(
  define: (app: App) => void,
  use: (result: DeploymentResult, simulation: Simulation, outdir: string) => void | Promise<void>,
  props: AppProps = {},
  options: Partial<SimulationOptions> = {},
): Promise<void> {
  const outdir = mkdtempSync(path.join(tmpdir(), 'foreign-'));
  const simulation = await Simulation.start({ managementAccountId: MANAGEMENT, virtual: {}, ...options });
  try {
    const app = new App({
      outdir, analyticsReporting: false, builtinCloudFormationValidation: false, context: { ...ZONES }, ...props,
    });
    define(app);
    app.synth();
    await use(await deployAssembly(simulation, outdir), simulation, outdir);
  } finally {
    await simulation.stop();
    rmSync(outdir, { recursive: true, force: true });
  }
}
