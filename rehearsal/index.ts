export {
  deployAssembly,
  destroyAssembly,
  type DeploymentResult,
  type Failure,
  type StackResult,
} from './assembly/deployer';
export { managementAccountOf } from './assembly/management';
export { readAssembly, type AssemblyStack } from './assembly/manifest';
export { Simulation } from './simulation';
export type { SimulationOptions } from './simulation-options';
