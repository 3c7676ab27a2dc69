// Run through npm scripts (Node 24) with NODE_OPTIONS=--experimental-vm-modules: the sources are ES modules and stay so under test.
const swc = [
  '@swc/jest',
  {
    swcrc: false,
    jsc: { target: 'es2023', parser: { syntax: 'typescript' }, transform: { verbatimModuleSyntax: true } },
    module: { type: 'es6' },
    sourceMaps: 'inline',
  },
];

/** One project per layer of the test pyramid; each sees only its own folder. */
function project(displayName, extra = {}) {
  return {
    displayName,
    rootDir: import.meta.dirname,
    testEnvironment: 'node',
    extensionsToTreatAsEsm: ['.ts'],
    transform: { '^.+\\.tsx?$': swc },
    testMatch: [`<rootDir>/test/${displayName}/**/*.test.ts`],
    modulePathIgnorePatterns: ['<rootDir>/.data', '<rootDir>/build', '<rootDir>/coverage'],
    ...extra,
  };
}

export default {
  watchman: false,
  // Jest reads this for the whole run only. Real servers on a busy two-core machine need it; a unit test that hangs costs a minute, once.
  testTimeout: 60_000,
  projects: [
    project('unit'),
    project('workflow', {
      globalSetup: '<rootDir>/test/support/workflow-setup.ts',
    }),
    project('integration', {
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/integration/faults/'],
      globalSetup: '<rootDir>/test/support/integration-setup.ts',
      globalTeardown: '<rootDir>/test/support/integration-teardown.ts',
    }),
    // Starts and kills whole systems of its own, and servers of its own for the rest: it may run beside the others.
    project('faults', {
      testMatch: ['<rootDir>/test/integration/faults/**/*.test.ts'],
      globalSetup: '<rootDir>/test/support/integration-setup.ts',
      globalTeardown: '<rootDir>/test/support/integration-teardown.ts',
    }),
  ],
};
