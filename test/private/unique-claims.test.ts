import { Token } from 'aws-cdk-lib';
import { Construct, RootConstruct } from 'constructs';
import { UniqueClaims } from '../../src/private/unique-claims';

test('a value belongs to the construct that claims it first, which may claim it again', () => {
  const root = new RootConstruct();
  const [one, two] = ['One', 'Two'].map(id => new Construct(root, id));
  UniqueClaims.of(one).claim(one, 'name', 'dev', 'choose another');
  expect(() => UniqueClaims.of(one).claim(one, 'name', 'dev', 'choose another')).not.toThrow();
  expect(
    () => UniqueClaims.of(two).claim(two, 'name', 'dev', 'choose another'),
  ).toThrow("[Two] the name 'dev' is already used by 'One': choose another");
  expect(() => UniqueClaims.of(two).claim(two, 'e-mail', 'dev', 'choose another')).not.toThrow();
});

test('a value that is known only at deployment can be claimed by several constructs', () => {
  const root = new RootConstruct();
  const later = Token.asString({ Ref: 'Later' });
  for (const id of ['One', 'Two']) {
    const construct = new Construct(root, id);
    expect(() => UniqueClaims.of(construct).claim(construct, 'name', later, 'choose another')).not.toThrow();
  }
});

test('two apps in one process never mix', () => {
  for (const root of [new RootConstruct(), new RootConstruct()]) {
    const construct = new Construct(root, 'One');
    expect(() => UniqueClaims.of(construct).claim(construct, 'name', 'dev', 'choose another')).not.toThrow();
  }
});
