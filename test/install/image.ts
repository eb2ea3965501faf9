import { execFile } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { Copy, DockerfileParser, From, type Instruction } from 'dockerfile-ast';

/** What a container starts with. */
export interface Image {
  /** The folder that plays the root of the image. */
  readonly root: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[];
  readonly health: readonly string[];
  readonly user: string;
  readonly volumes: readonly string[];
}

interface Stage {
  readonly root: string;
  workdir: string;
}

interface Building {
  readonly context: string;
  readonly dockerfile: string;
  readonly environment: Readonly<Record<string, string>>;
  /** What stands in the images that the Dockerfile begins with, by the path of the file there. */
  readonly given: Readonly<Record<string, string>>;
}

/**
 * Does each instruction of a Dockerfile, with a folder below `folder` in the place of each stage's root. Throws at an instruction
 * that it does not know. Commands run as they are, so they must name files of the image by relative paths.
 */
export async function buildImage(folder: string, building: Building): Promise<Image> {
  const text = readFileSync(building.dockerfile, 'utf8');
  const stages = new Map<string, Stage>();
  const image = {
    environment: {} as Record<string, string>,
    entrypoint: [] as string[],
    health: [] as string[],
    user: 'root',
    volumes: [] as string[],
  };
  let stage: Stage = { root: '', workdir: '/' };
  for (const instruction of DockerfileParser.parse(text).getInstructions()) {
    const words = instruction.getArguments().map((argument) => argument.getValue());
    const keyword = instruction.getKeyword();
    if (instruction instanceof From) {
      const name = instruction.getBuildStage() ?? 'final';
      stage = { root: join(folder, name), workdir: '/' };
      mkdirSync(stage.root);
      stages.set(name, stage);
    } else if (instruction instanceof Copy) {
      copy(instruction, words, stage, stages, building);
    } else if (keyword === 'WORKDIR') {
      stage.workdir = join(stage.workdir, words[0] ?? '');
      mkdirSync(join(stage.root, stage.workdir), { recursive: true });
    } else if (keyword === 'RUN') {
      await run(listedWords(instruction), join(stage.root, stage.workdir), building);
    } else if (keyword === 'ENV') {
      for (const [name, value] of words.map((word) => word.split('=')))
        image.environment[name ?? ''] = value ?? '';
    } else if (keyword === 'ENTRYPOINT') image.entrypoint = listedWords(instruction);
    else if (keyword === 'HEALTHCHECK') image.health = listedWords(instruction);
    else if (keyword === 'USER') image.user = words.join();
    else if (keyword === 'VOLUME') image.volumes.push(...words);
    else if (keyword !== 'EXPOSE') throw new Error(`the test knows no ${keyword}`);
  }
  return { ...image, root: stage.root };
}

/** The words of an instruction, or of its CMD; without a shell in the image they have to be a list. */
function listedWords(instruction: Instruction): string[] {
  const text = instruction.getTextContent();
  const [list] = /\[".*"\]$/.exec(text) ?? [];
  if (list === undefined) throw new Error(`this has to be a list of words: ${text}`);
  return JSON.parse(list) as string[];
}

async function run(
  [program = '', ...words]: string[],
  cwd: string,
  { environment }: Building,
): Promise<void> {
  await promisify(execFile)(program, words, { cwd, env: environment, maxBuffer: 1 << 26 });
}

function copy(
  instruction: Copy,
  words: readonly string[],
  stage: Stage,
  stages: ReadonlyMap<string, Stage>,
  building: Building,
): void {
  const from = instruction.getFromFlag()?.getValue() ?? undefined;
  const target = words.at(-1) ?? '';
  const into = join(stage.root, target.startsWith('/') ? target : join(stage.workdir, target));
  for (const word of words.slice(0, -1)) {
    if (from === undefined) copyContext(word, into, building);
    else if (stages.has(from))
      for (const path of matches(stages.get(from)?.root ?? '', word)) place(path, into, word);
    else place(building.given[word] ?? `no ${word}`, join(into, basename(word)), word);
  }
}

/** A folder's contents go into the target, a file goes there under its name. */
function place(path: string, into: string, word: string): void {
  const isFolder = statSync(path).isDirectory();
  mkdirSync(isFolder ? into : dirname(into), { recursive: true });
  const isNamed = isFolder || basename(into) === basename(path) || basename(into) === basename(word);
  cpSync(path, isNamed ? into : join(into, basename(path)), { recursive: true, verbatimSymlinks: true });
  // The mode of a folder is kept, as Docker does; cpSync makes new ones.
  if (isFolder)
    for (const entry of readdirSync(path, { recursive: true, encoding: 'utf8' }))
      if (statSync(join(path, entry)).isDirectory())
        chmodSync(join(into, entry), statSync(join(path, entry)).mode);
}

/** Paths of a stage for a word that may have `*` in its last part. */
function matches(root: string, word: string): string[] {
  const [parent, last] = [join(root, dirname(word)), basename(word)];
  if (!last.includes('*')) return [join(root, word)];
  return readdirSync(parent)
    .filter((name) => pattern(last).test(name))
    .map((name) => join(parent, name));
}

/** What the file beside the Dockerfile does not keep out of the build. */
function copyContext(word: string, into: string, { context, dockerfile }: Building): void {
  const rules = readFileSync(`${dockerfile}.dockerignore`, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ keep: line.startsWith('!'), pattern: pattern(line.replace('!', '')) }));
  const isKept = (path: string): boolean => rules.findLast((rule) => rule.pattern.test(path))?.keep ?? true;
  const walk = (path: string): void => {
    const full = join(context, path);
    if (statSync(full).isDirectory()) {
      // What is installed and built here is large, and no rule keeps any of it.
      if (/(?:^|\/)(?:node_modules|dist|\.git)$/.test(path)) return;
      for (const name of readdirSync(full)) walk(join(path, name));
    } else if (isKept(relative('.', path))) {
      mkdirSync(dirname(join(into, relative(word, path))), { recursive: true });
      cpSync(full, word === '.' ? join(into, path) : join(into, basename(path)));
    }
  };
  if (!existsSync(join(context, word))) throw new Error(`COPY ${word}: there is no such file`);
  walk(word === '.' ? '' : word);
}

/** A pattern of .dockerignore: it stands for a file, and for everything below a folder. */
function pattern(text: string): RegExp {
  const source = text
    .replace(/[.+()|[\]{}^$\\]/g, '\\$&')
    .replaceAll('**', '\0')
    .replaceAll('*', '[^/]*')
    .replaceAll('\0', '.*');
  return new RegExp(`^${source}(?:/.*)?$`);
}
