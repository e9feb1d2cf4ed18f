// Import directions of the layout: core ← api ← web, core ← agent, ui ← web, prisma ← api. The agent imports neither
// api nor web, so that a host never carries the panel's code; pages see the control plane as types only.
const only = (name, { from, to, comment }) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path: to },
})

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      severity: 'error',
      comment: 'An import that does not resolve is invisible to every other rule.',
      from: { pathNot: '^prisma/' },
      to: { couldNotResolve: true, pathNot: ['(^|/)generated/', '^\\.next/', '\\.css$'] },
    },
    only('core-stands-alone', {
      from: '^packages/core/',
      to: '^(apps|prisma|e2e|bench|launcher)/|^packages/(api|ui)/',
      comment: 'core is what both sides agree on; it knows neither.',
    }),
    {
      name: 'core-does-no-io',
      severity: 'error',
      comment: 'core is pure: zod only, no Node built-ins.',
      from: { path: '^packages/core/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'core-depends-on-zod-only',
      severity: 'error',
      from: { path: '^packages/core/', pathNot: '\\.test\\.ts$|-harness\\.ts$|contract-suite\\.ts$' },
      to: { path: 'node_modules/', pathNot: 'node_modules/zod/' },
    },
    only('agent-without-panel', { from: '^apps/agent/', to: '^(apps/web|prisma)/|^packages/(api|ui)/' }),
    only('api-below-web', { from: '^packages/api/', to: '^apps/|^packages/ui/' }),
    only('prisma-at-the-bottom', { from: '^prisma/', to: '^apps/|^packages/(api|ui)/' }),
    only('ui-knows-no-domain', { from: '^packages/ui/', to: '^(apps|prisma)/|^packages/(api|core)/' }),
    only('ui-knows-no-router', { from: '^packages/ui/', to: 'node_modules/(next|@trpc|@tanstack/react-query)/' }),
    {
      name: 'only-api-reads-the-database',
      severity: 'error',
      from: {
        path: '^(apps|packages|launcher)/',
        pathNot: '^packages/api/|^apps/web/server/|^launcher/|\\.component\\.test\\.ts$',
      },
      to: { path: '^prisma/' },
    },
    {
      name: 'pages-see-api-as-types',
      severity: 'error',
      comment: 'Next bundles its own copy of what a page imports: control-plane code would live twice.',
      from: { path: '^apps/web/src/' },
      to: { path: '^(packages/api|prisma|apps/web/server)/', dependencyTypesNot: ['type-only'] },
    },
    only('apps-do-not-meet', { from: '^apps/web/', to: '^apps/agent/' }),
    {
      name: 'products-do-not-import-tools',
      severity: 'error',
      from: { path: '^(apps|packages|prisma)/' },
      to: { path: '^(launcher|e2e|bench)/' },
    },
    {
      name: 'sources-do-not-import-tests',
      severity: 'error',
      from: { path: '^(apps|packages|prisma|launcher)/', pathNot: '\\.test\\.tsx?$' },
      to: { path: '\\.test\\.tsx?$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(\\.next|generated|results|out)/|next-env\\.d\\.ts$' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json', '.css'],
      mainFields: ['module', 'main', 'types'],
    },
  },
}
