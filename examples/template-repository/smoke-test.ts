import { readFileSync } from 'node:fs';
import { version } from './package.json';

// the pipeline sets STACK_OUTPUTS to a file with the outputs of all stacks
const outputs = JSON.parse(readFileSync(process.env.STACK_OUTPUTS ?? 'outputs.json', 'utf8'));
const deployed = outputs.Shop?.DeployedRelease;
if (deployed !== version) throw new Error(`expected release ${version}, but the stack has ${deployed}`);
console.log(`release ${deployed} is deployed`);
