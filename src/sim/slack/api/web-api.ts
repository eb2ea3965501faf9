import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JsonObject } from '../../../core/json.js';
import type { CallLog } from '../call-log.js';
import type { TokenRecord, Tokens } from '../directory/tokens.js';
import type { ApiFault, ApiOccasion } from '../faults/kinds.js';
import type { FaultScript } from '../faults/script.js';
import type { ResponseUrls } from '../response-urls.js';
import { authorize, authorizeConfig, tokenOf } from './authorization.js';
import { readArguments } from './arguments.js';
import { refuse, type CheckedMethod, type Method, type MethodAnswer, type MethodPorts } from './method.js';
import { methodNamed } from './method-table.js';

export interface WebApiOptions extends MethodPorts {
  readonly tokens: Tokens;
  readonly calls: CallLog;
  readonly responseUrls: ResponseUrls;
  readonly faults: FaultScript<ApiFault, ApiOccasion>;
}

/** Slack's HTTP side: `/api/<method>` and the response_urls. */
export type WebApi = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly json: JsonObject | undefined;
}

const API = '/api/';

export function createWebApi(options: WebApiOptions): WebApi {
  const { clock, calls, faults } = options;

  return async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://slack.invalid');
    const isMethod = url.pathname.startsWith(API);
    if (options.uploads.knows(url.pathname)) {
      for await (const _ of request);
      options.uploads.receive(url.pathname);
      send(response, { status: 200, headers: {}, body: 'OK', json: undefined });
      return;
    }
    if (!isMethod && !options.responseUrls.knows(url.pathname)) {
      send(response, { status: 404, headers: {}, body: 'not found', json: undefined });
      return;
    }
    const method = isMethod ? url.pathname.slice(API.length) : 'response_url';
    const read = await readArguments(request, url.searchParams);
    const args = read.ok ? read.args : {};
    const token = tokenOf(request.headers.authorization, args);
    const fault = faults.take({ method, token });
    const record = (answer: Answer | undefined): void =>
      calls.record({
        method,
        httpMethod: request.method ?? '',
        contentType: read.contentType,
        token,
        args,
        at: clock.now(),
        status: answer?.status,
        answer: answer?.json,
      });
    const carryOut = (): Answer => {
      if (!read.ok) return json(refuse(read.error));
      if (!isMethod) return respond(options, url.pathname, args);
      return call(options, methodNamed(method), args, token, request.headers.authorization !== undefined);
    };

    if (fault?.t === 'hang' || fault?.t === 'reset') {
      if (fault.t === 'reset' && fault.after === true) carryOut();
      record(undefined);
      if (fault.t === 'reset') request.socket.resetAndDestroy();
      return;
    }
    const answer = fault === undefined || fault.t === 'slow' ? carryOut() : faulty(fault);
    record(answer);
    if (fault?.t === 'slow') clock.setTimer(fault.delay, () => send(response, answer));
    else send(response, answer);
  };
}

function call(
  options: WebApiOptions,
  method: Method,
  args: JsonObject,
  token: string,
  inHeader: boolean,
): Answer {
  if (method.token === 'none') return json(method.run(args));
  if (method.token === 'config') {
    const config = authorizeConfig(options.tokens, token);
    return json(config.ok ? method.run({ args, token: config.record }, options) : config.answer);
  }
  const authorization = authorize(options.tokens, method, token, inHeader);
  const { record } = authorization;
  const answer = authorization.ok
    ? method.run({ args, token: authorization.record }, options)
    : authorization.answer;
  return json(answer, scopeHeaders(record, method));
}

/** What was granted and what would do, as headers; Slack sends them with every answer to a good token. */
function scopeHeaders(record: TokenRecord | undefined, method: CheckedMethod): Record<string, string> {
  if (record === undefined || record.refusal !== undefined) return {};
  const accepted = method.scopes ?? [];
  return {
    'x-oauth-scopes': record.scopes.join(','),
    ...(accepted.length === 0 ? {} : { 'x-accepted-oauth-scopes': accepted.join(',') }),
  };
}

/** A response_url answers `ok` as text, and errors as JSON with HTTP 404. */
function respond(options: WebApiOptions, path: string, body: JsonObject): Answer {
  const error = options.responseUrls.post(path, body);
  if (error !== undefined) return { ...json(refuse(error)), status: 404 };
  return { status: 200, headers: { 'content-type': 'text/html' }, body: 'ok', json: { ok: true } };
}

function faulty(fault: Extract<ApiFault, { t: 'error' | 'rate_limited' | 'status' }>): Answer {
  switch (fault.t) {
    case 'error':
      return json(refuse(fault.error, fault.more));
    case 'rate_limited':
      return { ...json(refuse('ratelimited'), { 'retry-after': String(fault.retryAfter) }), status: 429 };
    case 'status': {
      const body = fault.body ?? `<html>${fault.status}</html>`;
      return { status: fault.status, headers: { 'content-type': 'text/html' }, body, json: undefined };
    }
  }
}

function json(answer: MethodAnswer, headers: Record<string, string> = {}): Answer {
  const body = JSON.stringify(answer);
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body,
    json: answer,
  };
}

function send(response: ServerResponse, answer: Answer): void {
  if (response.destroyed) return;
  response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) });
  response.end(answer.body);
}
