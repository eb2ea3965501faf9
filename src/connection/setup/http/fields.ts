import { PluginError } from '../../../core/errors.js';

/** The parameters of a request: those of the form body first, then those of the query. */
export interface Fields {
  /** The first value, or an empty string. */
  get(name: string): string;
}

/** Reads query and body; rejects with the built-in integration's words for a body that is no form. */
export async function readFields(request: Request): Promise<Fields> {
  const query = new URL(request.url).search;
  if (request.method !== 'POST') return fieldsOf('', query);
  const type = request.headers.get('content-type') ?? '';
  if (!type.startsWith('application/x-www-form-urlencoded')) {
    throw new PluginError('bad_input', 'unexpected content type');
  }
  return fieldsOf(await request.text(), query);
}

function fieldsOf(body: string, query: string): Fields {
  for (const text of [body, query]) {
    // URLSearchParams takes a stray percent sign for itself: what was meant cannot be known.
    if (/%(?![0-9a-f]{2})/i.test(text)) throw new PluginError('bad_input', 'request parsing error');
  }
  const sources = [new URLSearchParams(body), new URLSearchParams(query)];
  return {
    get(name) {
      for (const source of sources) {
        const value = source.get(name);
        if (value !== null) return value;
      }
      return '';
    },
  };
}
