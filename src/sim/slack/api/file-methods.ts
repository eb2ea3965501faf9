import { isJsonObject, type JsonObject } from '../../../core/json.js';
import { structureAt } from './arguments.js';
import { refuseStranger } from './membership.js';
import { refuse, text, type MethodTable } from './method.js';

/** An external upload: an address first, then the bytes are posted to it, then it is completed. */
export const fileMethods: MethodTable = {
  'files.getUploadURLExternal': {
    scopes: ['files:write'],
    run(call, { ids, uploads, origin }) {
      const name = text(call.args, 'filename');
      const length = Number(text(call.args, 'length'));
      if (name === '' || !(length > 0)) return refuse('invalid_arguments');
      const id = ids.object('F');
      const path = uploads.expect(id, name, length);
      return { ok: true, file_id: id, upload_url: `${origin()}${path}` };
    },
  },
  'files.completeUploadExternal': {
    scopes: ['files:write'],
    run(call, { uploads, directory }) {
      const files = structureAt(call.args, 'files');
      if (!Array.isArray(files) || files.length === 0) return refuse('invalid_arguments');
      const channelId = text(call.args, 'channel_id');
      const channel = directory.channel(channelId);
      if (channelId !== '' && channel === undefined) return refuse('channel_not_found');
      const stranger = channel === undefined ? undefined : refuseStranger(call, channel);
      if (stranger !== undefined) return stranger;
      const done: JsonObject[] = [];
      for (const file of files) {
        const id = isJsonObject(file) ? text(file, 'id') : '';
        const upload = uploads.complete(id);
        if (upload === undefined) return refuse('file_not_found');
        const title = isJsonObject(file) ? text(file, 'title') : '';
        done.push({ id, name: upload.name, title: title === '' ? upload.name : title, size: upload.length });
      }
      return { ok: true, files: done };
    },
  },
};
