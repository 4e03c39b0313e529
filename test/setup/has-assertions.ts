// a test fails if it checks nothing, for example because it loops over a list that is empty
beforeEach(() => {
  expect.hasAssertions();
});
