import type { SourceTree } from './source-tree.js';

/** As the table in folders.js. */
export type Folders = Readonly<
  Record<string, { readonly imports: readonly string[]; readonly surface: 'every file' | readonly string[] }>
>;

/** Circles of imports, each as `a > b > a`; types count, because a circle of types cannot be taken apart either. */
export function cycles(tree: SourceTree): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    const start = path.indexOf(file);
    if (start >= 0) found.push([...path.slice(start), file].join(' > '));
    if (start >= 0 || done.has(file)) return;
    path.push(file);
    for (const imported of tree.get(file)?.imports ?? []) visit(imported);
    path.pop();
    done.add(file);
  };
  for (const file of tree.keys()) visit(file);
  return found;
}

/** Imports from one folder to another that the table does not permit: by direction, or by the other one's surface. */
export function refusedImports(tree: SourceTree, folders: Folders): string[] {
  return crossings(tree, folders).flatMap(({ from, to, file, imported }) => {
    const line = `${file} imports ${imported}`;
    if (to === undefined) return [`${line}: no folder may import what composes the program`];
    if (from !== undefined && folders[from]?.imports.includes(to) !== true) {
      return [`${line}: ${from} may not import ${to}`];
    }
    const surface = folders[to]?.surface;
    return surface === 'every file' || surface?.includes(nameIn(to, imported)) === true
      ? []
      : [`${line}: it is not in the surface of ${to}`];
  });
}

/** Entries of the table that no import needs. */
export function unusedEntries(tree: SourceTree, folders: Folders): string[] {
  const used = new Set(
    crossings(tree, folders).flatMap(({ from, to, imported }) => [`${from} > ${to}`, imported]),
  );
  return Object.entries(folders).flatMap(([folder, { imports, surface }]) => [
    ...imports.filter((to) => !used.has(`${folder} > ${to}`)).map((to) => `${folder} does not import ${to}`),
    ...(surface === 'every file' ? [] : surface)
      .filter((name) => !used.has(`src/${folder}/${name}`))
      .map((name) => `no other folder imports ${folder}/${name}`),
  ]);
}

/** Names that two files export, as `name: a, b`. */
export function doubleNames(tree: SourceTree): string[] {
  const files = new Map<string, string[]>();
  for (const [file, { exports }] of tree) {
    for (const name of exports) files.set(name, [...(files.get(name) ?? []), file]);
  }
  return [...files]
    .map(([name, exporting]) => [name, [...new Set(exporting)]] as const)
    .filter(([, exporting]) => exporting.length > 1)
    .map(([name, exporting]) => `${name}: ${exporting.join(', ')}`);
}

interface Crossing {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly file: string;
  readonly imported: string;
}

/** Imports that leave a folder, or enter one from what composes the program. */
function crossings(tree: SourceTree, folders: Folders): Crossing[] {
  const folderOf = (file: string): string | undefined => {
    const [, folder = '', ...rest] = file.split('/');
    return rest.length > 0 && Object.hasOwn(folders, folder) ? folder : undefined;
  };
  return [...tree].flatMap(([file, { imports }]) =>
    imports
      .map((imported) => ({ from: folderOf(file), to: folderOf(imported), file, imported }))
      .filter(({ from, to }) => from !== to),
  );
}

function nameIn(folder: string, file: string): string {
  return file.slice(`src/${folder}/`.length);
}
