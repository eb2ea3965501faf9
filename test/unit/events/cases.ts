import { readFileSync } from 'node:fs';
import type { JsonObject } from '../../../src/core/json.js';
import type { Bot } from '../../../src/events/actor.js';

/** Frames that a user of another program had trouble with, and the app that they were sent to. */
export interface Case {
  readonly bot: Bot;
  /** The text of each frame, as it comes over the socket. */
  readonly texts: readonly string[];
}

export function readCase(name: string): Case {
  const text = readFileSync(new URL(`../../data/cases/${name}.json`, import.meta.url), 'utf8');
  const { setup, frames } = JSON.parse(text) as {
    setup: Record<'app_id' | 'bot_user' | 'bot_id', string>;
    frames: JsonObject[];
  };
  return {
    bot: { appId: setup.app_id, botUserId: setup.bot_user, botId: setup.bot_id },
    texts: frames.map((frame) => JSON.stringify(frame)),
  };
}
