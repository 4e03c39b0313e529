import type { Networks } from './context';
import type { ComparedNetworkRequest } from '../../src/addresses/contract';
import { BOOTSTRAP_QUALIFIER } from '../../src/private/contract';
import { AwsApi } from '../shared/api/api';
import type { Api } from '../shared/api/api';
import { itemsAt, textAt } from '../shared/api/protocols';
import { assumeRole } from '../shared/assume-role';
import { isAccessDenied } from '../shared/errors';

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SearchTransitGatewayRoutes.html */
const MAX_ROUTES = 1000;
const PAGE = 1000;

/** Reads networks in their accounts, with the lookup role of the CDK bootstrap. */
export class AwsNetworks implements Networks {
  public constructor(
    private readonly partition: string,
    private readonly apiOf: (roleArn: string) => Api = roleArn =>
      new AwsApi(async () => assumeRole({ roleArn }), partition),
  ) {}

  public async read(network: ComparedNetworkRequest): Promise<readonly string[]> {
    const { accountId, region, transitGatewayRouteTableId: tableId } = network;
    const roleArn = `arn:${this.partition}:iam::${accountId}:role/cdk-${BOOTSTRAP_QUALIFIER}-lookup-role-`
      + `${accountId}-${region}`;
    const api = this.apiOf(roleArn);
    try {
      const cidrs = tableId === undefined ? await vpcs(api, region) : await routes(api, region, tableId);
      return [...new Set(cidrs)].filter(cidr => /^[\d.]+\/\d+$/.test(cidr)).sort();
    } catch (error) {
      if (!isAccessDenied(error)) throw error;
      throw new Error(
        `the networks of account ${accountId} in ${region} cannot be compared, because role '${roleArn}' cannot be `
          + "used: bootstrap the account for CDK in that region, or remove the network from 'compare' of the "
          + `AddressSpace (${error.message})`,
      );
    }
  }
}

/** One call for each 1,000 VPCs. */
async function vpcs(api: Api, region: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (let token: string | undefined, isLast = false; !isLast;) {
    const page = await api.call({
      service: 'ec2', region, operation: 'DescribeVpcs', input: { MaxResults: PAGE, NextToken: token },
    });
    for (const vpc of itemsAt(page, 'vpcSet.item')) {
      const blocks = itemsAt(vpc, 'cidrBlockAssociationSet.item').map(block => textAt(block, 'cidrBlock'));
      found.push(...[textAt(vpc, 'cidrBlock'), ...blocks].filter(cidr => cidr !== undefined));
    }
    token = textAt(page, 'nextToken') || undefined;
    isLast = token === undefined;
  }
  return found;
}

/** One call: more routes cannot be read. */
async function routes(api: Api, region: string, tableId: string): Promise<readonly string[]> {
  const answer = await api.call({
    service: 'ec2',
    region,
    operation: 'SearchTransitGatewayRoutes',
    input: {
      TransitGatewayRouteTableId: tableId,
      Filter: [{ Name: 'state', Value: ['active', 'blackhole'] }],
      MaxResults: MAX_ROUTES,
    },
  });
  if (textAt(answer, 'additionalRoutesAvailable') === 'true') {
    throw new Error(
      `route table '${tableId}' has more than ${MAX_ROUTES} routes, which cannot all be compared: compare a table with `
        + 'fewer routes, or the VPCs of accounts',
    );
  }
  return itemsAt(answer, 'routeSet.item').map(route => textAt(route, 'destinationCidrBlock') ?? '');
}
