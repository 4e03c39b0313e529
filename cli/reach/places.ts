import type { NetworkFacts, SubnetFacts, VpcFacts } from './facts';
import { contains, overlaps, parseCidr } from '../../rehearsal/core/cidr';
import { UsageError } from '../usage-error';

/** An account with its name in AWS Organizations. */
export interface NamedAccount {
  readonly accountId: string;
  readonly accountName?: string;
}

/**
 * The subnets that a user means: by account, network, VPC, subnet or addresses. Default networks are left out, unless
 * their id is given.
 *
 * @throws UsageError if there are none
 */
export function subnetsOf(facts: NetworkFacts, accounts: readonly NamedAccount[], place: string): SubnetFacts[] {
  const block = parseCidr(place);
  if (block) {
    const own = facts.vpcs.filter(({ isDefault }) => !isDefault).map(({ id }) => id);
    const found = facts.subnets.filter(({ cidr, vpcId }) => {
      const subnet = parseCidr(cidr);
      return own.includes(vpcId) && subnet && (contains(block, subnet) || overlaps(block, subnet));
    });
    return found.length > 0 ? found : none(`no subnet has addresses of ${place}`, facts);
  }
  const subnet = facts.subnets.filter(({ id }) => id === place);
  if (subnet.length > 0) return subnet;
  const vpcs = vpcsOf(facts, accounts, place);
  const found = facts.subnets.filter(({ vpcId }) => vpcs.some(({ id }) => id === vpcId));
  return found.length > 0 ? found : none(`there is no network '${place}'`, facts);
}

function vpcsOf(facts: NetworkFacts, accounts: readonly NamedAccount[], place: string): readonly VpcFacts[] {
  const byId = facts.vpcs.filter(({ id }) => id === place);
  if (byId.length > 0) return byId;
  const own = facts.vpcs.filter(({ isDefault }) => !isDefault);
  const byName = own.filter(({ name }) => name === place);
  if (byName.length > 0) return byName;
  const ids = accounts.filter(({ accountId, accountName }) => [accountId, accountName].includes(place))
    .map(({ accountId }) => accountId);
  return own.filter(({ accountId }) => ids.includes(accountId));
}

function none(problem: string, { vpcs }: NetworkFacts): never {
  const own = vpcs.filter(({ isDefault }) => !isDefault);
  const known = own.map(({ id, name = id, accountId, cidrs }) => `${name} (${cidrs.join(', ')} in ${accountId})`);
  throw new UsageError(`${problem}: known networks are ${known.join('; ') || 'none'}`);
}
