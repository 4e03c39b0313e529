import { Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { AuroraDatabaseProps, PostgresDatabaseProps, SharedDatabaseProps } from './database-props';
import { doOverlap, parsedCidr } from '../addresses/cidr';
import { fail } from '../private/validate';

/** Rejects what RDS would reject at deployment. */
export function checkDatabase(scope: Construct, props: SharedDatabaseProps): void {
  const { databaseIdentifier, databaseName = 'app', majorVersion = '17', clients, backupRetention, network } = props;
  if (!/^(?=.{1,40}$)[a-z](-?[a-z0-9])*$/.test(databaseIdentifier)) {
    fail(scope, "'databaseIdentifier' must be 1 to 40 lower-case letters, digits and single hyphens, beginning with a "
      + `letter and known at synth, got '${databaseIdentifier}'`);
  }
  if (!/^[A-Za-z]\w{0,62}$/.test(databaseName)) {
    fail(scope, '\'databaseName\' must be 1 to 63 letters, digits and underscores, beginning with a letter, got '
      + `'${databaseName}'`);
  }
  if (!/^\d{2}$/.test(majorVersion)) fail(scope, `'majorVersion' must be like '17', got '${majorVersion}'`);
  if (clients.length < 1 || clients.length > 20) {
    fail(scope, `'clients' must be 1 to 20 accounts, got ${clients.length}: nothing else can connect to the database`);
  }
  const days = backupRetention?.toDays({ integral: false }) ?? 14;
  if (!Number.isInteger(days) || days < 1 || days > 35) {
    fail(scope, `'backupRetention' must be 1 to 35 whole days, got ${days}`);
  }
  const subnets = network.databaseSubnetIds;
  if (!Token.isUnresolved(subnets) && subnets.length < 2) {
    fail(scope, 'a database needs database subnets in two availability zones, because RDS places it in any of them, '
      + `got ${subnets.length}: set 'availabilityZones' of the Network to 2 or more`);
  }
  for (const client of clients) checkClient(scope, client);
  checkOverlaps(scope, clients.map(({ cidr }) => cidr));
}

/** Rules of a security group for the same addresses are an error of EC2. */
function checkOverlaps(scope: Construct, cidrs: readonly string[]): void {
  for (const [index, cidr] of cidrs.entries()) {
    const other = cidrs.slice(index + 1).find(later => cidr === later || areOverlapping(scope, cidr, later));
    if (other === undefined) continue;
    const text = Token.isUnresolved(cidr) ? 'the same addresses' : `'${cidr}' and '${other}', which overlap`;
    fail(scope, `two clients have ${text}: each client needs the addresses of its own network; name all roles of an `
      + "account in 'roleNames' of one client");
  }
}

function areOverlapping(scope: Construct, one: string, other: string): boolean {
  if ([one, other].some(cidr => Token.isUnresolved(cidr))) return false;
  return doOverlap(parsedCidr(scope, 'cidr', one), parsedCidr(scope, 'cidr', other));
}

function checkClient(scope: Construct, { cidr, roleNames = [] }: SharedDatabaseProps['clients'][number]): void {
  if (!Token.isUnresolved(cidr) && parsedCidr(scope, 'cidr', cidr).prefixLength === 0) {
    fail(scope, "'cidr' of a client must be the addresses of its network, and not the internet, got '" + cidr + "'");
  }
  for (const name of roleNames) {
    if (/^[\w+=,.@-]{1,64}$/.test(name)) continue;
    fail(scope, `'roleNames' of a client must be names of roles without path and '*', got '${name}'`);
  }
}

export function checkCapacity(scope: Construct, { minCapacity = 0.5, maxCapacity = 4 }: AuroraDatabaseProps): void {
  const isStep = (value: number) => value * 2 === Math.floor(value * 2);
  if (!isStep(minCapacity) || minCapacity < 0 || minCapacity > 256) {
    fail(scope, `'minCapacity' must be from 0 to 256 in steps of 0.5, got ${minCapacity}`);
  }
  if (!isStep(maxCapacity) || maxCapacity < Math.max(1, minCapacity) || maxCapacity > 256) {
    fail(scope, `'maxCapacity' must be from ${Math.max(1, minCapacity)} to 256 in steps of 0.5, got ${maxCapacity}`);
  }
}

export function checkStorage(
  scope: Construct,
  { allocatedStorage = 20, maxAllocatedStorage, instanceClass = 'db.t4g.medium' }: PostgresDatabaseProps,
): void {
  if (!Number.isInteger(allocatedStorage) || allocatedStorage < 20) {
    fail(scope, `'allocatedStorage' must be 20 GB or more, got ${allocatedStorage}`);
  }
  if (maxAllocatedStorage !== undefined && maxAllocatedStorage < allocatedStorage * 1.1) {
    fail(scope, "'maxAllocatedStorage' must be at least 10 % more than 'allocatedStorage' "
      + `(${allocatedStorage} GB), got ${maxAllocatedStorage}`);
  }
  if (!Token.isUnresolved(instanceClass) && !/^db\.[a-z0-9]+\.[a-z0-9]+$/.test(instanceClass)) {
    fail(scope, `'instanceClass' must be like 'db.m7g.large', got '${instanceClass}'`);
  }
}
