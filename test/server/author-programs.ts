import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { readManifestText, type ExampleProject } from './example-project.js';

const FOLDER = join(import.meta.dirname, '../../docs/authors');

/** A program in a page for authors. */
export interface AuthorProgram {
  /** The page and the heading, such as `cookbook.md: Files`. */
  readonly title: string;
  readonly language: 'python' | 'starlark';
  readonly text: string;
  /** The manifest, or the part of one, in the same section or before it; empty where there is none. */
  readonly manifest: string;
}

const FENCE = /^( *)```(\w*)\n([^]*?)^\1```$/gm;

/** All code blocks of the pages for authors that are programs. */
export function authorPrograms(): AuthorProgram[] {
  const pages = readdirSync(FOLDER).filter((file) => file.endsWith('.md'));
  return pages.sort().flatMap((page) => programsOf(page, readFileSync(join(FOLDER, page), 'utf8')));
}

function programsOf(page: string, text: string): AuthorProgram[] {
  let manifest = '';
  return text.split(/^(?=#{1,2} )/m).flatMap((section) => {
    const heading = /^#+ (.+)$/m.exec(section)?.[1] ?? '';
    const programs: AuthorProgram[] = [];
    for (const [, indent = '', language = '', body = ''] of section.matchAll(FENCE)) {
      const code = indent === '' ? body : body.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
      if (language === 'yaml') manifest = code;
      if (language === 'python' || language === 'starlark')
        programs.push({ title: `${page}: ${heading}`, language, text: code, manifest });
    }
    return programs;
  });
}

const CONNECTION = { name: 'my_slack', integration: 'slack' };

/** The program as a project that can be deployed; `manifest` stands for the one of its page. */
export function projectOf({ language, text, manifest }: AuthorProgram, instead = manifest): ExampleProject {
  const read = parse(instead) as { project?: object };
  // A recipe shows only what its triggers are.
  const whole =
    read.project === undefined
      ? { version: 'v1', project: { name: 'recipe', connections: [CONNECTION], ...read } }
      : read;
  const file = language === 'python' ? 'main.py' : 'main.star';
  const types = readFileSync(join(FOLDER, 'slack_events.py'));
  return {
    folder: undefined,
    manifest: readManifestText(stringify(whole)),
    files: {
      [file]: new TextEncoder().encode(text),
      ...(language === 'python' && { 'slack_events.py': new Uint8Array(types) }),
    },
  };
}
