import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const require = createRequire(import.meta.url);
const PYRIGHT = require.resolve('pyright/index.js');
const TYPES = join(import.meta.dirname, '../../../docs/authors/slack_events.py');

const PROGRAM = `from typing import cast

from slack_events import InteractionEvent, MessageEvent


def on_message(event_data: dict[str, object]) -> str:
    data = cast(MessageEvent, event_data)
    name: str = data["text"] + data["slack_envelope"]["event_id"]
    edited = data["message"]
    if edited is not None:
        name += edited["text"]
    number: int = data["text"]
    return name + data["txet"]


def on_click(data: InteractionEvent) -> str:
    return data["actions"][0]["value"] + data["user"]["id"]
`;

interface Report {
  readonly generalDiagnostics: readonly {
    readonly rule: string;
    readonly range: { readonly start: { readonly line: number } };
  }[];
}

/** What pyright finds in these programs, as rules by line of the file, counted from 1. */
async function problems(folder: string, file: string): Promise<[number, string][]> {
  const printed = await new Promise<string>((resolve) => {
    // It ends with 1 where it found something.
    execFile(process.execPath, [PYRIGHT, '--outputjson', file], { cwd: folder }, (_, out) => resolve(out));
  });
  const { generalDiagnostics } = JSON.parse(printed) as Report;
  return generalDiagnostics.map(({ rule, range }) => [range.start.line + 1, rule]);
}

it('A type checker accepts the types for Python, and finds a misspelt key and a wrong type by them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'types-'));
  try {
    await copyFile(TYPES, join(folder, 'slack_events.py'));
    await writeFile(join(folder, 'main.py'), PROGRAM);
    expect(await problems(folder, 'slack_events.py')).toEqual([]);
    expect(await problems(folder, 'main.py')).toEqual([
      [12, 'reportAssignmentType'],
      [13, 'reportGeneralTypeIssues'],
      [17, 'reportOptionalSubscript'],
    ]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
