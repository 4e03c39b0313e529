const RELEASES = 'https://github.com/opentofu/opentofu/releases/download';

export const DEFAULT_TOFU_VERSION = '1.10.6';

/**
 * SHA-256 of `tofu_<version>_linux_amd64.zip`. Each is the same in at least three independent sources: package
 * definitions (AUR for 1.10.6, 1.12.3 and 1.13.1, Homebrew for all but 1.10.6, Nix for 1.12.6) and lock files of other
 * projects.
 */
const KNOWN_SUMS: Readonly<Record<string, string>> = {
  '1.10.6': '15b7bed76420b50da3e121769c43341df8cd57d751ca14e6dbe9c850124c6dac',
  '1.12.3': '46b48c3438c65cf479fc076c9281422ffa2f493548d1e813d154c835c5986a08',
  '1.12.6': '5dc43da4f750f33873dc25e94587128709e819e544b7be9016b255316153c3a8',
  '1.13.1': '8ccbc6f8ee21d2827715f3c6e08a9b3e0209b1e62057c05067ef117e047c1a80',
};

interface TofuRelease {
  /** @default DEFAULT_TOFU_VERSION */
  readonly tofuVersion?: string;
  readonly tofuSha256?: string;
}

/** What is wrong with the checksum of a release; undefined: nothing. */
export function checksumProblem({ tofuVersion = DEFAULT_TOFU_VERSION, tofuSha256 }: TofuRelease): string | undefined {
  const known = KNOWN_SUMS[tofuVersion];
  if (known === undefined && tofuSha256 === undefined) {
    return `the 'tofuVersion' ${tofuVersion} needs its 'tofuSha256', because this library knows only the checksums of `
      + `${Object.keys(KNOWN_SUMS).join(', ')}: use the line 'tofu_${tofuVersion}_linux_amd64.zip' of `
      + `${RELEASES}/v${tofuVersion}/tofu_${tofuVersion}_SHA256SUMS, after you have verified that list with `
      + '\'cosign verify-blob\' (https://opentofu.org/docs/intro/install/standalone)';
  }
  if (known === undefined || tofuSha256 === undefined || tofuSha256 === known) return undefined;
  return `the 'tofuSha256' of the 'tofuVersion' ${tofuVersion} must be '${known}', got '${tofuSha256}': omit it`;
}

/** Downloads a release and verifies it with its known checksum, not with a list from the same place. */
export function tofuInstallCommands(release: TofuRelease): string[] {
  const { tofuVersion: version = DEFAULT_TOFU_VERSION } = release;
  const archive = `tofu_${version}_linux_amd64.zip`;
  const checksum = release.tofuSha256 ?? KNOWN_SUMS[version];
  return [[
    'mkdir -p "$HOME/tofu"',
    'cd "$HOME/tofu"',
    `curl -sSfLO ${RELEASES}/v${version}/${archive}`,
    `{ echo '${checksum}  ${archive}' | sha256sum --check || { echo '${archive} does not have the expected SHA-256 `
    + `${checksum}: start the pipeline again; if that fails too, do not use this release'; exit 1; }; }`,
    `unzip -qo ${archive} tofu`,
    'cd -',
    'export PATH="$HOME/tofu:$PATH"',
  ].join(' && ')];
}
