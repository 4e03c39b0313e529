// Tests compare the output as text, but picocolors prints colors in CI, and where FORCE_COLOR is set
delete process.env.FORCE_COLOR;
process.env.NO_COLOR = '1';
