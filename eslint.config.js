import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import { FOLDERS } from './folders.js';

const names = Object.keys(FOLDERS);

/*
 * Oxlint runs the rules that it has, in a tenth of the time. ESLint runs all others of the presets below and our own, so that
 * a rule which is new in a preset, or is taken out of .oxlintrc.json, is never lost.
 */
const oxlint = JSON.parse(readFileSync(join(import.meta.dirname, '.oxlintrc.json'), 'utf8'));
const runByOxlint = Object.fromEntries(
  Object.keys(oxlint.rules)
    .map((rule) => rule.replace('typescript/', ''))
    .flatMap((rule) => [
      [rule, 'off'],
      [`@typescript-eslint/${rule}`, 'off'],
    ])
    .filter(([rule]) => !rule.startsWith('@') || rule.slice(19) in tseslint.plugin.rules),
);

const NO_SIM = {
  selector: 'ImportDeclaration[source.value=/\\u002Fsim\\u002F/]',
  message: 'src/sim is for tests and the demo only.',
};

/** Titles of tests, also those of a table (`it.each`): a list of failures shows them without what stands around them. */
const WHOLE_SENTENCES = ['callee.name', 'callee.callee.object.name'].map((name) => ({
  selector: `CallExpression[${name}=/^(it|test)$/][arguments.0.value=/^([^A-Z]|\\S*$)/]`,
  message: 'The title of a test is a whole sentence, and begins with a capital letter.',
}));

/** Code that runs for every event, or every frame (docs/architecture.md, "What keeps garbage"). */
const perEvent = {
  files: [
    'src/{storage,delivery,events}/**/*.ts',
    'src/connection/live/{activity,event-sink,receiver}.ts',
    'src/slack/{acknowledger,envelope,redeliveries,traffic}.ts',
    'src/autokitteh/{dispatch-encoding,http-post,rpc}.ts',
  ],
  // Once in a run or an outage, on somebody's request, or for the few events that are answers.
  ignores: ['src/delivery/{create-delivery,outage-watch,run,stats}.ts', 'src/events/answers.ts'],
};
const NO_LATE_MEMBER = {
  selector: 'ObjectExpression > SpreadElement ~ Property',
  message: 'Here the spread comes last: docs/architecture.md, "What keeps garbage".',
};

/** The direction of imports, in the editor too; test/unit/structure holds the rest of folders.js. */
function direction(folder) {
  const { imports } = FOLDERS[folder];
  const refused = names.filter((name) => name !== folder && !imports.includes(name));
  return {
    files: [`src/${folder}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: `^(\\.\\./)+(${[...refused, 'app', 'cli', 'main', 'demo'].join('|')})(/|\\.js$)`,
              message: `src/${folder} may import only: ${imports.join(', ') || 'nothing of ours'}.`,
            },
          ],
        },
      ],
    },
  };
}

export default tseslint.config(
  { ignores: oxlint.ignorePatterns },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: runByOxlint,
  },
  ...names.map(direction),
  {
    files: ['src/**/*.ts'],
    ignores: ['src/sim/**', 'src/demo/**'],
    rules: { 'no-restricted-syntax': ['error', NO_SIM] },
  },
  {
    ...perEvent,
    rules: { 'no-restricted-syntax': ['error', NO_SIM, NO_LATE_MEMBER] },
  },
  {
    files: ['**/*.js'],
    ...tseslint.configs.disableTypeChecked,
  },
  {
    // Scripts of the connection page: their types, the browser's globals among them, are checked by tsc.
    files: ['src/browser/**/*.js'],
    rules: { 'no-undef': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...WHOLE_SENTENCES] },
  },
);
