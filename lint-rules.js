import { dirname, join, relative, sep } from 'node:path';
import { FOLDERS } from './folders.js';

/*
 * This project's own lint rules, for .oxlintrc.json. They need no type information, so oxlint runs them beside its own.
 */

/** An error at `node` with `message`. */
const report = (context, node, message) => context.report({ node, message });

/** The direction of imports, in the editor too; test/unit/structure holds the rest of folders.js. */
const importDirection = {
  create(context) {
    const from = partOf(context, context.filename);
    const check = (node) => {
      const specifier = node.source?.value;
      if (from === undefined || typeof specifier !== 'string' || !specifier.startsWith('.')) return;
      const to = partOf(context, join(dirname(context.filename), specifier));
      if (to === undefined || to === from) return;
      const permitted = FOLDERS[from]?.imports;
      if (permitted === undefined ? to !== 'sim' || ['demo', 'dev'].includes(from) : permitted.includes(to))
        return;
      report(
        context,
        node,
        to === 'sim'
          ? 'src/sim is for tests, the demo and `ak-slack dev` only.'
          : `src/${from} may import only: ${permitted.join(', ') || 'nothing of ours'} (folders.js).`,
      );
    };
    return {
      ExportAllDeclaration: check,
      ExportNamedDeclaration: check,
      ImportDeclaration: check,
      ImportExpression: check,
    };
  },
};

/** The folder of src that holds the file at `path`, or the name of a file beside these folders. */
function partOf(context, path) {
  const [top, part] = relative(context.cwd, path).split(sep);
  return top === 'src' ? part : undefined;
}

/**
 * Titles of tests and groups of tests, also those of a table (`it.each`): a list of failures shows them without what stands
 * around them.
 */
const wholeSentenceTitle = {
  create: (context) => ({
    CallExpression(node) {
      const { callee } = node;
      const name = callee.name ?? callee.callee?.object?.name;
      const title = node.arguments[0]?.value;
      if (typeof title !== 'string') return;
      if (/^(?:it|test)$/.test(name) && !/^[A-Z].*\s/s.test(title)) {
        report(context, node, 'The title of a test is a whole sentence, and begins with a capital letter.');
      }
      if (name === 'describe' && FRAGMENT.test(title)) {
        report(context, node, 'The title of a group of tests names the thing under test.');
      }
    },
  }),
};

/** For code that runs for every event, or every frame (docs/architecture.md, "Avoiding promotion on the hot path"). */
const spreadLast = {
  create: (context) => ({
    ObjectExpression({ properties }) {
      const spread = properties.findIndex(({ type }) => type === 'SpreadElement');
      const late = spread < 0 ? undefined : properties.slice(spread).find(({ type }) => type === 'Property');
      if (late !== undefined) {
        report(
          context,
          late,
          'Here the spread comes last: docs/architecture.md, "Avoiding promotion on the hot path".',
        );
      }
    },
  }),
};

/**
 * The compiler takes nothing else for an instance of a class that has a private member, so no rule with type information
 * has to look for it. Errors have none, but `only-throw-error` lets nothing else be thrown.
 */
const privateMember = {
  create(context) {
    const isPrivate = ({ key, accessibility, value }) =>
      key?.type === 'PrivateIdentifier' ||
      accessibility === 'private' ||
      value?.params?.some((parameter) => parameter.accessibility === 'private');
    const check = ({ superClass, body }) => {
      if (superClass === null && !body.body.some(isPrivate)) {
        report(
          context,
          body,
          'A class has a private member, or is not needed: an object or functions will do.',
        );
      }
    };
    return { ClassDeclaration: check, ClassExpression: check };
  },
};

/** Words with which no name of a thing begins. */
const FRAGMENT =
  /^(?:after|against|as|at|before|by|if|in|of|on|over|what|when|where|who|whoever|whose|while|with|without)\b/i;

export default {
  meta: { name: 'project' },
  rules: {
    'import-direction': importDirection,
    'private-member': privateMember,
    'spread-last': spreadLast,
    'whole-sentence-title': wholeSentenceTitle,
  },
};
