import { App } from 'aws-cdk-lib';
import { environment } from './environment';
import { ShopStack } from './shop-stack';

const { name, accountId, region } = environment();
const app = new App();
new ShopStack(app, 'Shop', {
  env: { account: accountId, region },
  description: `The shop in the environment '${name}'`,
  environmentName: name,
});
