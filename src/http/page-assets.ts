import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { Context } from 'hono';

/** A style sheet, a script or a picture of the pages. */
interface Asset {
  readonly type: string;
  readonly content: string;
  readonly etag: string;
}

/** All of them by name. */
export type PageAssets = ReadonlyMap<string, Asset>;

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Reads the pages' own files once; nothing else can be asked for. */
export function loadAssets(): PageAssets {
  const folder = new URL('../browser/', import.meta.url);
  const assets = new Map<string, Asset>();
  for (const name of readdirSync(folder)) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const content = readFileSync(new URL(name, folder), 'utf8');
    const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
    assets.set(name, { type, content, etag });
  }
  return assets;
}

/** Answers with one of them, or that the browser has it already. */
export function answerAsset(context: Context, assets: PageAssets, name: string): Response {
  const asset = assets.get(name);
  if (asset === undefined) return context.text('not found', 404);
  const headers = { 'content-type': asset.type, etag: asset.etag, 'cache-control': 'no-cache' };
  if (context.req.header('if-none-match') === asset.etag) return context.body(null, 304, headers);
  return context.body(asset.content, 200, headers);
}
