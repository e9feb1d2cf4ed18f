import reactHooks from 'eslint-plugin-react-hooks'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

const childProcess = ['child_process', 'node:child_process'].map((name) => ({
  name,
  message: 'Programs are started in apps/agent/src/exec only: argv arrays, a timeout, capped output.',
}))
const prismaClient = {
  group: ['**/generated/**', '@prisma/client', '@prisma/client/*'],
  message: 'The database is reached through @berth/prisma, and only in *-repo.ts files.',
}
const product = {
  regex: '^@berth/|/(apps|packages|prisma)/',
  message: 'The checker shares no code with the product: a mistake there must not hide itself here.',
}
const restrictImports = (paths, patterns) => ['error', { paths, patterns }]

const noSleep = [
  {
    selector: "CallExpression[callee.property.name='waitForTimeout']",
    message: 'Wait for what you expect, not for time.',
  },
  {
    selector: "CallExpression[callee.name=/^(sleep|delay)$/][arguments.0.type='Literal']",
    message: 'Wait for an event or a state, not for time.',
  },
  {
    selector:
      "NewExpression[callee.name='Promise'] CallExpression:matches([callee.name='setTimeout'], [callee.property.name='setTimeout'])[arguments.1.value>=10]",
    message: 'Wait for an event or a state, not for time.',
  },
  {
    selector: "AwaitExpression > CallExpression[callee.name='setTimeout'][arguments.0.value>=10]",
    message: 'Wait for an event or a state, not for time.',
  },
  {
    selector: 'MemberExpression[object.name=/^(test|it|describe)$/][property.name=/^(skip|only|todo|fixme)$/]',
    message: 'A test that does not run proves nothing.',
  },
]
const tests = ['**/*.test.{ts,tsx}', 'e2e/**/*.ts']

export default defineConfig(
  globalIgnores([
    '**/node_modules/',
    '**/.next/',
    '**/next-env.d.ts',
    '.toolchain/',
    'var/',
    'prisma/src/generated/',
    'e2e/guests/out/',
    'e2e/results/',
    'bench/results/',
  ]),
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    plugins: { '@typescript-eslint': tseslint.plugin },
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['vitest.config.ts'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // An `async` without `await` keeps one signature for all implementations of an interface.
      '@typescript-eslint/require-await': 'off',
      'max-params': ['error', 3],
      'max-depth': ['error', 3],
      'no-console': 'error',
      eqeqeq: 'error',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'The environment is read in env.ts or config.ts only.' },
      ],
      'no-empty': ['error', { allowEmptyCatch: false }],
      'no-restricted-imports': restrictImports(childProcess, [prismaClient]),
    },
  },
  {
    files: ['**/*.tsx'],
    extends: [reactHooks.configs.flat['recommended-latest']],
    // It warns that React Compiler would skip a component; we do not use that compiler.
    rules: { 'react-hooks/incompatible-library': 'off' },
  },
  {
    files: [
      'apps/agent/src/exec/**',
      'launcher/**',
      'prisma/src/embedded-*.ts',
      'prisma/src/embedded/**',
      'prisma/offline/**',
      'e2e/**',
      'bench/**',
      '**/scripts/**',
      '**/testing/**',
    ],
    rules: { 'no-restricted-imports': restrictImports([], [prismaClient]) },
  },
  {
    files: ['prisma/**', 'packages/api/src/**/*-repo.ts', 'packages/api/src/**/*.test.ts'],
    ignores: ['prisma/src/embedded-*.ts', 'prisma/src/embedded/**', 'prisma/offline/**'],
    rules: { 'no-restricted-imports': restrictImports(childProcess, []) },
  },
  {
    files: ['apps/agent/src/**/*.ts', 'packages/{api,core}/src/**/*.ts', 'apps/web/server/**/*.ts'],
    ignores: ['**/{background,metrics,migration,sim}/**', '**/*.test.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'setInterval', message: 'Repeating timers live in background/, metrics/, migration/ and sim/ only.' },
      ],
    },
  },
  {
    files: [
      '**/{env,config}.ts',
      '**/*.config.ts',
      '**/*.test.{ts,tsx}',
      'e2e/**',
      'bench/**',
      '**/scripts/**',
      'prisma/*.ts',
    ],
    rules: { 'no-restricted-properties': 'off' },
  },
  { files: ['launcher/**', 'bench/**', 'e2e/**', '**/scripts/**'], rules: { 'no-console': 'off' } },
  {
    files: tests,
    rules: {
      'no-restricted-syntax': ['error', ...noSleep],
      // Matchers and stand-ins are often unbound on purpose, and asymmetric matchers are `any` by design.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
  {
    files: ['e2e/checker/**'],
    ignores: ['**/testing/**'],
    rules: { 'no-restricted-imports': restrictImports([], [prismaClient, product]) },
  },
  { files: ['**/*.component.test.ts'], rules: { 'no-restricted-imports': 'off' } },
)
