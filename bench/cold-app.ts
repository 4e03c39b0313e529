import { App } from 'aws-cdk-lib';
import { ours } from './apps';

/** An app that prints the CPU time of its process. Arguments: number of environments, validation `on` or `off`. */
const [, environments, validation] = process.argv;
const app = new App(validation === 'off' ? { builtinCloudFormationValidation: false } : {});
ours({ count: Number(environments) })(app);
app.synth();
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({ cpuSeconds: (user + system) / 1e6 }));
