import { BuildSecret, OrganizationAccess, Source } from '../../src';

describe('a class with factories only rejects a subclass', () => {
  test.each([
    [Source, "Source cannot be subclassed by 'Mine': use Source.codeCommit()"],
    [OrganizationAccess,
      "OrganizationAccess cannot be subclassed by 'Mine': use OrganizationAccess.role() or OrganizationAccess.sameAccount()"],
    [BuildSecret, "BuildSecret cannot be subclassed by 'Mine': use BuildSecret.secretsManager() or BuildSecret.parameter()"],
  ])('such as %p', (type, message) => {
    // as JavaScript can, where no constructor is private
    const Base = type as unknown as new () => object;
    class Mine extends Base {}

    expect(() => new Mine()).toThrow(message);
  });
});
