import tseslint from 'typescript-eslint';

// Code that Temporal replays: whatever differs between two runs, or does not exist in the workflow sandbox, is out.
const SANDBOX_GLOBALS = [
  'process',
  'Buffer',
  'Intl',
  'setInterval',
  'setImmediate',
  'fetch',
  'console',
  'Temporal',
  'crypto',
  'structuredClone',
  'performance',
  'require',
  'globalThis',
].map((name) => ({ name, message: 'Not in domain/ or workflows/: it is absent from the workflow sandbox or differs between two runs.' }));

const SANDBOX_IMPORTS = {
  patterns: [
    { regex: '^node:', message: 'No Node built-ins in domain/ or workflows/.' },
    { regex: '^@temporalio/(client|worker|activity|testing)', message: 'Only @temporalio/workflow runs in the sandbox.', allowTypeImports: false },
  ],
};

const ASYNC_VALIDATOR = {
  selector: "Property[key.name='validator'] > :matches(ArrowFunctionExpression, FunctionExpression)[async=true]",
  message: 'Update validators are synchronous: the SDK never awaits them, so an async one rejects nothing.',
};
const INTERPOLATED_RAW = {
  selector: "CallExpression[callee.property.name='raw'] > TemplateLiteral.arguments[expressions.length>0]",
  message: 'No interpolated SQL: use bindings.',
};
const INTERPOLATED_LOG = {
  selector:
    'CallExpression[callee.object.name=/^log(ger)?$/][callee.property.name=/^(trace|debug|info|warn|error|fatal)$/] > TemplateLiteral.arguments[expressions.length>0]',
  message: 'Logs carry fields, never interpolated payloads.',
};
const INTERPOLATED_MEMBER_LOG = {
  selector:
    'CallExpression[callee.object.property.name=/^log(ger)?$/][callee.property.name=/^(trace|debug|info|warn|error|fatal)$/] > TemplateLiteral.arguments[expressions.length>0]',
  message: 'Logs carry fields, never interpolated payloads.',
};
const RESTRICTED_SYNTAX = [ASYNC_VALIDATOR, INTERPOLATED_RAW, INTERPOLATED_LOG, INTERPOLATED_MEMBER_LOG];

export default tseslint.config(
  { ignores: ['node_modules', '.data', 'build', 'coverage', 'web', 'test/fixtures'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      'no-restricted-syntax': ['error', ...RESTRICTED_SYNTAX],
      'max-lines': ['error', { max: 250, skipBlankLines: true }],
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-deprecated': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' }],
      '@typescript-eslint/return-await': ['error', 'in-try-catch'],
    },
  },
  {
    files: ['domain/**/*.ts', 'workflows/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...SANDBOX_GLOBALS],
      'no-restricted-imports': 'off',
      '@typescript-eslint/no-restricted-imports': ['error', SANDBOX_IMPORTS],
    },
  },
  {
    files: ['domain/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'The instant is handed to decide.' },
        { object: 'Math', property: 'random', message: 'Randomness comes in as data.' },
      ],
      'no-restricted-syntax': [
        'error',
        ...RESTRICTED_SYNTAX,
        { selector: "NewExpression[callee.name='Date']", message: 'Instants are epoch milliseconds.' },
        { selector: "CallExpression[callee.name='Date']", message: 'Instants are epoch milliseconds.' },
      ],
    },
  },
  {
    // One composition root per process reads the environment; everything else receives a frozen configuration.
    files: ['activities/**/*.ts', 'api/**/*.ts', 'config/**/*.ts', 'db/**/*.ts', 'worker/**/*.ts', 'cli/embedded/**/*.ts'],
    ignores: ['api/server.ts', 'worker/main.ts', 'db/seed/main.ts'],
    rules: { 'no-restricted-properties': ['error', { object: 'process', property: 'env', message: 'Only composition roots read the environment.' }] },
  },
  {
    // A Fastify plugin is an async function, whether or not it waits for anything.
    files: ['api/routes/**/*.ts'],
    rules: { '@typescript-eslint/require-await': 'off' },
  },
  {
    // A describe block is one long function by nature.
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: { 'max-lines-per-function': 'off', 'max-lines': ['error', { max: 500, skipBlankLines: true }] },
  },
);
