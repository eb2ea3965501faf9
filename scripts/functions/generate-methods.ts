import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { cutText } from '../../src/core/text.js';
import type { ParameterDescription, SlackMethod } from '../../src/functions/function-description.js';
import { exclusionReason } from './exclusions.js';
import { parameterOrder, positions } from './positional.js';

/*
 * Generates src/functions/methods-table.ts from the types of `@slack/web-api`: `npm run functions`. The table is committed,
 * because the types are not there when the program runs, and so that a change of Slack's SDK is seen.
 */

/** The methods that are functions, sorted by name. */
export function generateMethods(): SlackMethod[] {
  const path = fileURLToPath(new URL('methods.d.ts', import.meta.resolve('@slack/web-api')));
  const program = ts.createProgram([path], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    skipLibCheck: true,
  });
  const checker = program.getTypeChecker();
  const declaration = program
    .getSourceFile(path)
    ?.statements.find((node) => ts.isClassDeclaration(node) && node.name?.text === 'Methods');
  if (declaration === undefined) throw new Error(`${path} declares no class Methods`);
  return [...methodsOf(checker, checker.getTypeAtLocation(declaration), declaration, [])]
    .filter(({ name }) => exclusionReason(name) === undefined)
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ name, description, options }) => ({
      method: name,
      description: description === '' ? `Calls Slack's ${name}.` : description,
      parameters: parametersOf(checker, options, declaration, name),
    }));
}

interface Method {
  readonly name: string;
  readonly description: string;
  readonly options: ts.Type;
}

/** The methods are the functions in the nested objects of the class; its own functions are no methods of Slack's. */
function* methodsOf(checker: ts.TypeChecker, type: ts.Type, at: ts.Node, path: string[]): Iterable<Method> {
  for (const property of checker.getPropertiesOfType(type)) {
    const inner = checker.getTypeOfSymbolAtLocation(property, at);
    const options = inner.getCallSignatures()[0]?.getParameters()[0];
    const isNamespace = inner.getCallSignatures().length === 0 && property.valueDeclaration !== undefined;
    if (path.length > 0 && options !== undefined) {
      yield {
        name: [...path, property.name].join('.'),
        description: describe(checker, property),
        options: checker.getTypeOfSymbolAtLocation(options, at),
      };
    } else if (isNamespace && isOwn(property)) {
      yield* methodsOf(checker, inner, at, [...path, property.name]);
    }
  }
}

/** Not inherited from the event emitter. */
function isOwn(property: ts.Symbol): boolean {
  return property.valueDeclaration?.getSourceFile().fileName.endsWith('web-api/dist/methods.d.ts') === true;
}

function parametersOf(
  checker: ts.TypeChecker,
  options: ts.Type,
  at: ts.Node,
  method: string,
): ParameterDescription[] {
  const alternatives = (options.isUnion() ? options.types : [options]).filter(
    (type) => (type.flags & ts.TypeFlags.Object) !== 0 || type.isIntersection(),
  );
  const properties = new Map<string, ts.Symbol[]>();
  for (const type of alternatives) {
    for (const property of checker.getPropertiesOfType(type)) {
      properties.set(property.name, [...(properties.get(property.name) ?? []), property]);
    }
  }
  properties.delete('token');
  const parameters = [...properties].map(([name, symbols]) => {
    const optional =
      options.isUnion() && symbols.length < options.types.length
        ? true
        : symbols.some((symbol) => (symbol.flags & ts.SymbolFlags.Optional) !== 0);
    const types = new Set(
      symbols.flatMap((symbol) => typeNames(checker, checker.getTypeOfSymbolAtLocation(symbol, at))),
    );
    const described = symbols.find((symbol) => describe(checker, symbol) !== '');
    const description = described === undefined ? '' : describe(checker, described);
    return { name, type: [...types].sort().join(' or '), optional, description };
  });
  const ordered = parameterOrder(method, parameters);
  const positional = positions(method, ordered);
  return ordered.map((parameter) => ({ ...parameter, keyword: !positional.includes(parameter.name) }));
}

/** A type in the words of user code. */
function typeNames(checker: ts.TypeChecker, type: ts.Type): string[] {
  if (type.isUnion()) return type.types.flatMap((member) => typeNames(checker, member));
  const { flags } = type;
  if ((flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null | ts.TypeFlags.Never)) !== 0) return [];
  if ((flags & ts.TypeFlags.StringLike) !== 0) return ['string'];
  if ((flags & ts.TypeFlags.NumberLike) !== 0) return ['number'];
  if ((flags & ts.TypeFlags.BooleanLike) !== 0) return ['boolean'];
  if (checker.isArrayLikeType(type)) return ['list'];
  return ['dict'];
}

/** The first sentence of what the SDK says about a method or a parameter, as plain text. */
function describe(checker: ts.TypeChecker, symbol: ts.Symbol): string {
  const tags = symbol.getJsDocTags(checker);
  const text = (name: string): string =>
    tags
      .filter((tag) => tag.name === name)
      .map((tag) => ts.displayPartsToString(tag.text))
      .join(' ');
  const all = text('description') || ts.displayPartsToString(symbol.getDocumentationComment(checker));
  const plain = all
    .replace(/\{@link (?:\S+ )?([^}]*)\}/g, '$1')
    .replace(/[`*|]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  const first = /^.*?[.!](?=\s[A-Z]|$)/.exec(plain)?.[0] ?? plain;
  const deprecated = tags.some((tag) => tag.name === 'deprecated') ? 'Deprecated. ' : '';
  return `${deprecated}${cutText(first, 160)}`;
}
