import { authMethods } from './auth-methods.js';
import { chatMethods } from './chat-methods.js';
import { conversationMethods } from './conversation-methods.js';
import { fileMethods } from './file-methods.js';
import { manifestMethods } from './manifest-methods.js';
import { reactionMethods } from './reaction-methods.js';
import { userMethods } from './user-methods.js';
import type { Method, MethodTable } from './method.js';
import { viewMethods } from './view-methods.js';

const methods: MethodTable = {
  ...authMethods,
  ...chatMethods,
  ...conversationMethods,
  ...fileMethods,
  ...manifestMethods,
  ...reactionMethods,
  ...userMethods,
  ...viewMethods,
};

/** Any other method answers `{ok: true}` and is recorded. */
const generic: Method = { token: 'any', run: () => ({ ok: true }) };

export function methodNamed(name: string): Method {
  return Object.hasOwn(methods, name) ? (methods[name] ?? generic) : generic;
}
