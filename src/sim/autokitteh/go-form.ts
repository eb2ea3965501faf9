import { parseBody } from 'hono/utils/body';

/** The values of a request's form: of each name the first counts. */
export interface Form {
  /** The first value, or an empty string. */
  get(name: string): string;
}

/** A request as far as its form depends on it. */
export interface FormRequest {
  readonly method: string;
  readonly contentType: string | undefined;
  /** What follows the question mark. */
  readonly query: string;
  readonly body: Buffer;
}

/**
 * Reads a form as Go's `Request.FormValue` does: first a POST's urlencoded body, then the query, then a multipart body
 * of whatever method. What cannot be read is left out, and nothing says so.
 */
export async function readForm({ method, contentType = '', query, body }: FormRequest): Promise<Form> {
  const type = mediaType(contentType);
  const inBody = method === 'POST' && type === 'application/x-www-form-urlencoded';
  const pairs = [
    ...(inBody ? readPairs(body.toString('latin1')) : []),
    ...readPairs(query),
    ...(type === 'multipart/form-data' ? await readParts(contentType, body) : []),
  ];
  return { get: (name) => pairs.find(([key]) => key === name)?.[1] ?? '' };
}

type Pair = readonly [name: string, value: string];

// Go counts the pairs before it reads any, and reads none if there are more.
const MAX_PAIRS = 10_000;

function readPairs(text: string): Pair[] {
  const written = text.split('&');
  if (written.length > MAX_PAIRS) return [];
  return written.flatMap((pair): Pair[] => {
    if (pair === '' || pair.includes(';')) return [];
    const [name = '', ...rest] = pair.split('=');
    const [key, value] = [unescaped(name), unescaped(rest.join('='))];
    return key === undefined || value === undefined ? [] : [[key, value]];
  });
}

/** Without its escapes, byte by byte; undefined where one is malformed. */
function unescaped(text: string): string | undefined {
  if (/%(?![0-9a-f]{2})/i.test(text)) return undefined;
  const bytes = text
    .replaceAll('+', ' ')
    .replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}

async function readParts(contentType: string, body: Buffer): Promise<Pair[]> {
  const init = { method: 'POST', headers: { 'content-type': contentType }, body: new Uint8Array(body) };
  try {
    const form = await parseBody(new Request('http://localhost', init), { all: true });
    return Object.entries(form).flatMap(([name, values]) =>
      [values].flat().flatMap((value): Pair[] => (typeof value === 'string' ? [[name, value]] : [])),
    );
  } catch {
    return [];
  }
}

const TOKEN = "[!#$%&'*+.^_`|~\\w-]+";
const TYPE = new RegExp(`^${TOKEN}(?:/${TOKEN})?$`);
const PARAMETER = new RegExp(`^\\s*;\\s*(${TOKEN})\\s*=\\s*(${TOKEN}|"(?:[^"\\\\\\r\\n]|\\\\.)*")`);

/** The type that Go's `mime.ParseMediaType` gives: none if it or a parameter contradicts itself. */
function mediaType(header: string): string | undefined {
  const [base = ''] = header.split(';', 1);
  const type = base.trim().toLowerCase();
  if (!TYPE.test(type)) return undefined;
  const parameters = new Map<string, string>();
  let rest = header.slice(base.length);
  // A parameter that cannot be read ends the reading, and the type stands.
  for (let found; (found = PARAMETER.exec(rest)) !== null; rest = rest.slice(found[0].length)) {
    const [, name = '', value = ''] = found;
    const key = name.toLowerCase();
    const plain = value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/g, '$1') : value;
    if ((parameters.get(key) ?? plain) !== plain) return undefined;
    parameters.set(key, plain);
  }
  return type;
}
