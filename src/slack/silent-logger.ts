import { LogLevel, type Logger } from '@slack/web-api';

/**
 * The SDK writes whole payloads at DEBUG and a line per retry at ERROR. What is worth saying arrives here as results and
 * events, so it is given a logger that says nothing.
 */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  setName() {},
  getLevel: () => LogLevel.ERROR,
};
