import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../helpers/eventually.js';
import { startRig, type Rig } from './rig.js';

describe("the gateway's log of requests", () => {
  let rig: Rig;

  beforeEach(async () => {
    rig = await startRig((_, response) => response.writeHead(201).end('done'));
  });

  afterEach(() => rig.stop());

  async function lineOf(target: string, init: RequestInit = {}): Promise<Record<string, unknown>> {
    const before = rig.accessed.length;
    await (await fetch(`${rig.url}${target}`, { redirect: 'manual', ...init })).text();
    await eventually(() => rig.accessed.length > before, 'a line about the request');
    return rig.accessed.at(-1) as Record<string, unknown>;
  }

  it('Each request is a line with its method, path, route, status and time', async () => {
    expect(
      await lineOf('/autokitteh.projects.v1.ProjectsService/List', { method: 'POST', body: '{}' }),
    ).toEqual({
      method: 'POST',
      path: '/autokitteh.projects.v1.ProjectsService/List',
      route: 'forward',
      status: 201,
      ms: expect.any(Number) as number,
    });
    expect(await lineOf('/slack')).toMatchObject({ path: '/slack', route: 'setup' });
  });

  it('A line has no value of a query, and no part of a path that somebody could use', async () => {
    const lines = [
      await lineOf('/webhooks/s3cret-slug'),
      await lineOf('/oauth/redirect/slack?code=s3cret&state=s3cret'),
      await lineOf('/slack/assets/answers/s3cret-ticket-s3cret-ticket'),
      await lineOf('/%73%33cret?s3cret'),
      await lineOf('/slack?cid=con_s3cret&s3cret%20name=1'),
    ];
    expect(lines[0]).toMatchObject({ path: '/webhooks/…' });
    expect(lines[1]).toMatchObject({ path: '/oauth/…', query: ['code', 'state'] });
    expect(lines[4]).toMatchObject({ path: '/slack', query: ['cid'] });
    expect(JSON.stringify(lines.slice(0, 3))).not.toContain('s3cret');
    expect(JSON.stringify(lines[4])).not.toContain('con_s3cret');
  });
});
