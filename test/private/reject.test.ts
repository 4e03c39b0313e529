import { BuildSecret, OrganizationAccess, Source } from '../../src';

describe('a class that is made by factories rejects a subclass', () => {
  test.each([
    ['Source', Source, "Source cannot be subclassed by 'Mine': use Source.codeCommit()"],
    ['OrganizationAccess', OrganizationAccess,
      "OrganizationAccess cannot be subclassed by 'Mine': use OrganizationAccess.role() or "
        + 'OrganizationAccess.sameAccount()'],
    [
      'BuildSecret',
      BuildSecret,
      "BuildSecret cannot be subclassed by 'Mine': use BuildSecret.secretsManager() or BuildSecret.parameter()",
    ],
  ])('of %s', (_, type, message) => {
    // as JavaScript can, where no constructor is private
    const Base = type as unknown as new () => object;
    class Mine extends Base {}

    expect(() => new Mine()).toThrow(message);
  });
});
