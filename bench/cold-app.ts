import { App } from 'aws-cdk-lib';
import { ours } from './apps';

/** An app as a user runs it; what it took is printed when it has ended. */
const [, environments, validation] = process.argv;
const app = new App(validation === 'off' ? { builtinCloudFormationValidation: false } : {});
ours({ count: Number(environments) })(app);
app.synth();
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({ processorSeconds: (user + system) / 1e6 }));
