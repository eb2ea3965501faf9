import { readFile } from 'node:fs/promises';
import { LineCounter, parseDocument, type Document } from 'yaml';
import { z } from 'zod';
import { integrationIdFromName } from '../autokitteh/ids.js';
import { isSymbol } from '../autokitteh/values.js';
import type { Status } from '../autokitteh/status.js';
import { errorMessage, PluginError } from '../core/errors.js';
import type { JsonObject } from '../core/json.js';

/** What the integration says of itself; see integration.yaml. */
export interface Manifest {
  readonly uniqueName: string;
  /** Follows from the unique name. */
  readonly integrationId: string;
  readonly displayName: string;
  readonly description: string;
  readonly logoUrl: string;
  readonly userLinks: Readonly<Record<string, string>>;
  readonly connectionUrl: string;
  readonly capabilities: {
    readonly supportsConnectionTest: boolean;
    readonly supportsConnectionInit: boolean;
    readonly requiresConnectionInit: boolean;
  };
  readonly initialStatus: Status;
  /** The Slack app that the set-up page proposes; checked by that page. */
  readonly slackApp: JsonObject | undefined;
}

// Modules of the server that make their ids in the same way.
const TAKEN = new Set(['env', 'testtools']);

const uniqueName = z
  .string()
  .refine(isSymbol, 'must be letters, digits and underscores, and must not start with a digit')
  .refine(
    (name) => !name.includes('__'),
    'must have no double underscore, which separates scopes in sessions',
  )
  .refine((name) => !TAKEN.has(name), 'is the name of a module of AutoKitteh');

const address = z
  .string()
  .refine(isAddress, 'must be a path that starts with /, or a URL that starts with http:// or https://');

const schema = z.strictObject({
  unique_name: uniqueName.default('slack'),
  display_name: z.string().min(1, 'must not be empty'),
  description: z.string().default(''),
  logo_url: address,
  user_links: z
    .record(
      z.string().min(1),
      z.url({ protocol: /^https?$/, error: 'must be a URL that starts with http:// or https://' }),
    )
    .default({}),
  connection_url: address.refine(
    (url) => !/[?#]/.test(url),
    'must have no query and no fragment: the server adds its own',
  ),
  connection_capabilities: z.strictObject({
    supports_connection_test: z.boolean(),
    supports_connection_init: z.boolean(),
    requires_connection_init: z.boolean(),
  }),
  initial_connection_status: z.strictObject({
    code: z.enum(['ok', 'warning', 'error', 'init_required']),
    message: z.string(),
  }),
  slack_app: z.record(z.string(), z.json()).optional(),
});

/** Reads and checks the file; throws `bad_manifest` with file, line and field of everything that is wrong. */
export async function readManifest(path: string): Promise<Manifest> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new PluginError(
      'bad_manifest',
      `${path} cannot be read: ${errorMessage(cause)}: set INTEGRATION_MANIFEST to the descriptor's path`,
      { cause },
    );
  }
  return parseManifest(text, path);
}

/** The same for text; `path` is for the messages. */
export function parseManifest(text: string, path: string): Manifest {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [first] = document.errors;
  if (first !== undefined) {
    throw new PluginError('bad_manifest', `${path}:${lines.linePos(first.pos[0]).line}: ${first.message}`);
  }
  const parsed = schema.safeParse(document.toJS({ maxAliasCount: 20 }));
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => {
      const place = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path;
      return `${path}:${lineOf(document, lines, place)}: ${place.join('.') || 'the file'} ${sentence(issue, document.hasIn(place))}`;
    });
    throw new PluginError('bad_manifest', wrong.join('\n'));
  }
  return manifestOf(parsed.data);
}

function manifestOf(parsed: z.output<typeof schema>): Manifest {
  return {
    uniqueName: parsed.unique_name,
    integrationId: integrationIdFromName(parsed.unique_name),
    displayName: parsed.display_name,
    description: parsed.description,
    logoUrl: parsed.logo_url,
    userLinks: parsed.user_links,
    connectionUrl: parsed.connection_url,
    capabilities: {
      supportsConnectionTest: parsed.connection_capabilities.supports_connection_test,
      supportsConnectionInit: parsed.connection_capabilities.supports_connection_init,
      requiresConnectionInit: parsed.connection_capabilities.requires_connection_init,
    },
    initialStatus: parsed.initial_connection_status,
    slackApp: parsed.slack_app,
  };
}

function sentence(issue: z.core.$ZodIssue, present: boolean): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return 'is not a field of the manifest';
    case 'invalid_type':
      return present ? `must be of type ${issue.expected}` : 'is missing';
    case 'invalid_value':
      return present ? `must be one of ${issue.values.map(String).join(', ')}` : 'is missing';
    default:
      return issue.message;
  }
}

/** The line of the field, or of the nearest one around it that is there. */
function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (hasRange(node)) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

function hasRange(node: unknown): node is { range: [number, number, number] } {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range);
}

/** AutoKitteh parses these with Go's net/url, which takes nearly anything; browsers must be able to follow them. */
function isAddress(text: string): boolean {
  if (/^\/(?!\/)/.test(text)) return URL.canParse(text, 'http://localhost') && !/[\s\\]/.test(text);
  return /^https?:\/\//.test(text) && URL.canParse(text);
}
