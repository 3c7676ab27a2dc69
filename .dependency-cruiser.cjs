// The allowed arrows between folders. Everything may import domain/, which imports nothing; only composition roots (cli/) and tests see everything.
const from = (folder) => ({ path: `^${folder}/` });

// Names and start options of the case workflow: whoever talks to it needs them as values, and they run nothing.
const CLIENT_CONTRACT = '^workflows/(case/(messages|start-options)|(closings|notifications|rebase|reconciliation)/messages)\\.ts$';

/** A folder may import itself and the listed folders (values and types), plus types from `types`. */
function only(folder, folders, types = []) {
  const allowed = [folder, 'domain', ...folders].join('|');
  const rules = [
    {
      name: `${folder}-arrows`,
      severity: 'error',
      comment: `${folder}/ may import: ${[...folders, 'domain'].join(', ')}${types.length > 0 ? `; types of: ${types.join(', ')}` : ''}`,
      from: from(folder),
      to: { path: '^(domain|config|workflows|activities|worker|api|db|web|cli|bench|test)/', pathNot: `^(${[allowed, ...types].join('|')})/` },
    },
  ];
  if (types.length > 0)
    rules.push({
      name: `${folder}-types-only`,
      severity: 'error',
      comment: `${folder}/ may import only types of ${types.join(', ')} (and of workflows/ what a client must know)`,
      from: from(folder),
      to: { path: `^(${types.join('|')})/`, pathNot: CLIENT_CONTRACT, dependencyTypesNot: ['type-only'] },
    });
  return rules;
}

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    // Cycles of types alone vanish when Node strips them; a cycle of values is an order of loading nobody chose.
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'domain-imports-nothing',
      severity: 'error',
      comment: 'domain/ is pure: no packages, no Node built-ins, no other folder',
      from: from('domain'),
      to: { pathNot: '^domain/' },
    },
    {
      name: 'workflows-run-in-the-sandbox',
      severity: 'error',
      comment: 'workflows/ see domain/, @temporalio/workflow and types of activities/; how failures are written is said in the words of @temporalio/common',
      from: { ...from('workflows'), pathNot: '^workflows/failure-converter\\.ts$' },
      to: { pathNot: '^(domain|workflows|activities)/|node_modules/@temporalio/workflow/' },
    },
    ...only('workflows', [], ['activities']),
    ...only('db', []),
    ...only('activities', ['db'], ['workflows']),
    ...only('config', []),
    ...only('worker', ['config', 'db', 'activities'], ['workflows']),
    // Calendars are built outside the sandbox and run nothing of an engine: the API tries drafts out, and computes, with the same code.
    ...only('api', ['config', 'db', 'activities/calendars', 'activities/computations'], ['workflows']),
    ...only('cli', ['config', 'db', 'api', 'worker', 'activities', 'bench'], ['workflows']),
    {
      name: 'web-arrows',
      severity: 'error',
      comment: 'web/ sees domain/ and api/schemas',
      from: from('web'),
      to: { path: '^(config|workflows|activities|worker|api|db|cli|bench|test)/', pathNot: '^api/schemas/' },
    },
    {
      name: 'schemas-import-typebox-only',
      severity: 'error',
      comment: 'api/schemas reach the browser: typebox and domain/ only',
      from: { path: '^api/schemas/' },
      to: { pathNot: '^(api/schemas|domain)/|node_modules/typebox/' },
    },
    {
      name: 'tests-are-leaves',
      severity: 'error',
      from: { pathNot: '^test/' },
      to: { path: '^test/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(build|coverage|\\.data|web/dist|node_modules/\\.cache)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.cjs', '.json'],
    },
  },
};
