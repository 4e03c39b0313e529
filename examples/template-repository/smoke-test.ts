import { readFileSync } from 'node:fs';
import { version } from './package.json';

// the pipeline names the file with the outputs of all stacks
const outputs = JSON.parse(readFileSync(process.env.STACK_OUTPUTS ?? 'outputs.json', 'utf8'));
const deployed = outputs.Shop?.DeployedRelease;
if (deployed !== version) throw new Error(`release ${version} was to be deployed, but the stack says ${deployed}`);
console.log(`release ${deployed} is deployed`);
