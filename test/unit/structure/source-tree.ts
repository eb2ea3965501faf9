import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';

/** One file: the files of the tree that it imports (types included), and the names that it defines and exports. */
export interface SourceFile {
  readonly imports: readonly string[];
  readonly exports: readonly string[];
}

/** Files by their path from the root, with `/` between its parts. */
export type SourceTree = ReadonlyMap<string, SourceFile>;

/** A tree from texts by path. Imports of packages are left out; `./a.js` is `a.ts` where only that is there. */
export function parseTree(texts: ReadonlyMap<string, string>): SourceTree {
  return new Map(
    [...texts].map(([path, text]) => [
      path,
      { imports: importsOf(path, text, texts), exports: exportsOf(text) },
    ]),
  );
}

/** The texts of all scripts under `folder`, which is a path from the root of the project. */
export function readTexts(folder: string): Map<string, string> {
  const root = join(import.meta.dirname, '../../..');
  if (!existsSync(join(root, folder))) throw new Error(`there is no folder ${folder}`);
  const paths = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => posix.join(folder, path.replaceAll('\\', '/')))
    .filter((path) => /\.[jt]s$/.test(path))
    .sort();
  return new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

/** The files and packages that are loaded with a file: what is imported for its types only, or by `import()`, is not. */
export function importedWith(
  path: string,
  texts: ReadonlyMap<string, string>,
): { readonly files: ReadonlySet<string>; readonly packages: ReadonlySet<string> } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    const text = (texts.get(file) ?? '').replace(TYPE_IMPORT, '').replace(/\bimport\(/g, 'later(');
    for (const imported of importsOf(file, text, texts)) visit(imported);
    for (const { fileName } of ts.preProcessFile(text, true, true).importedFiles)
      if (!/^(?:\.|node:)/.test(fileName)) packages.add(packageOf(fileName));
  };
  visit(path);
  return { files, packages };
}

/** An import or export whose names are types, to the end of the statement. */
const TYPE_IMPORT = /^(?:im|ex)port type\b[^;]*;/gm;

/** The name of the package that an import names, perhaps with a path in it. */
function packageOf(name: string): string {
  return name.split('/', name.startsWith('@') ? 2 : 1).join('/');
}

function importsOf(path: string, text: string, texts: ReadonlyMap<string, unknown>): string[] {
  const named = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
  const ours = named.filter((name) => name.startsWith('.'));
  return [...new Set(ours)].map((name) => {
    const target = posix.join(posix.dirname(path), name);
    const typescript = target.replace(/\.js$/, '.ts');
    const found = [target, typescript].find((candidate) => texts.has(candidate));
    if (found === undefined) throw new Error(`${path} imports ${name}, which is not there`);
    return found;
  });
}

/** Names that are defined here and exported; what is only passed on (`export { a } from`) belongs to another file. */
function exportsOf(text: string): string[] {
  const source = ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest);
  const imported = new Set(source.statements.flatMap(importedNames));
  return source.statements.flatMap((statement) =>
    ts.isExportDeclaration(statement)
      ? listedNames(statement).filter((name) => !imported.has(name))
      : definedNames(statement),
  );
}

function definedNames(statement: ts.Statement): string[] {
  if (!ts.canHaveModifiers(statement)) return [];
  const modifiers = ts.getModifiers(statement) ?? [];
  if (!modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) => boundNames(name));
  }
  const { name } = statement as unknown as { readonly name?: ts.Node };
  return name !== undefined && ts.isIdentifier(name) ? [name.text] : [];
}

function boundNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? boundNames(element.name) : []));
}

function listedNames({ moduleSpecifier, exportClause }: ts.ExportDeclaration): string[] {
  if (moduleSpecifier !== undefined || exportClause === undefined) return [];
  return ts.isNamedExports(exportClause) ? exportClause.elements.map(({ name }) => name.text) : [];
}

function importedNames(statement: ts.Statement): string[] {
  const bindings = ts.isImportDeclaration(statement) ? statement.importClause?.namedBindings : undefined;
  return bindings !== undefined && ts.isNamedImports(bindings)
    ? bindings.elements.map(({ name }) => name.text)
    : [];
}
