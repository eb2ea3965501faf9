import type { FunctionDescription, ParameterDescription, SlackMethod } from './function-description.js';
import { METHODS } from './methods-table.js';

const DOCUMENTATION = 'https://docs.slack.dev/reference/methods';

/** The functions that are one method each, sorted by name. */
export const METHOD_FUNCTIONS: readonly (FunctionDescription & SlackMethod)[] = METHODS.map(
  (slackMethod) => ({
    name: slackMethod.method.replaceAll('.', '_'),
    documentationUrl: `${DOCUMENTATION}/${slackMethod.method}`,
    ...slackMethod,
  }),
);

/** Calls any method by its name, those without a function of their own too. */
export const API_CALL: FunctionDescription = {
  name: 'api_call',
  description: 'Calls any method of Slack’s Web API; further keywords are the method’s arguments.',
  documentationUrl: DOCUMENTATION,
  parameters: [
    parameter('method', 'string', 'Name of the method, as in chat.postMessage.'),
    parameter('params', 'dict', 'Arguments of the method, beside those given by keyword.', {
      optional: true,
    }),
  ],
};

/** Follows Slack's cursors. */
export const PAGINATE: FunctionDescription = {
  name: 'paginate',
  description:
    'Calls a paginated method until there are no more pages, and joins the lists of all pages; further keywords are the method’s arguments.',
  documentationUrl: 'https://docs.slack.dev/apis/web-api/pagination',
  parameters: [
    parameter('method', 'string', 'Name of the method, as in conversations.list.'),
    parameter('params', 'dict', 'Arguments of the method, beside those given by keyword.', {
      optional: true,
    }),
    parameter(
      'max_items',
      'number',
      'Stops after the page with which a list reaches this many items; 1000 by default.',
      {
        optional: true,
        keyword: true,
      },
    ),
  ],
};

/** Uploads a file in Slack's current way, which takes three calls. */
export const FILES_UPLOAD: FunctionDescription = {
  name: 'files_upload_v2',
  description: 'Uploads a file and shares it, if a channel is given.',
  documentationUrl: 'https://docs.slack.dev/messaging/working-with-files#upload',
  parameters: [
    parameter('content', 'bytes or string', 'Content of the file.'),
    parameter('filename', 'string', 'Name of the file; "file" by default.', { optional: true }),
    parameter('channel', 'string', 'ID of the channel to share the file in.', { optional: true }),
    parameter('title', 'string', 'Title of the file.', { optional: true, keyword: true }),
    parameter('initial_comment', 'string', 'Text of the message with the file.', {
      optional: true,
      keyword: true,
    }),
    parameter('thread_ts', 'string', 'Timestamp of the thread to share the file in.', {
      optional: true,
      keyword: true,
    }),
    parameter('alt_txt', 'string', 'Description of an image for screen readers.', {
      optional: true,
      keyword: true,
    }),
    parameter('snippet_type', 'string', 'Syntax of a code snippet.', { optional: true, keyword: true }),
  ],
};

function parameter(
  name: string,
  type: string,
  description: string,
  { optional = false, keyword = false } = {},
): ParameterDescription {
  return { name, type, description, optional, keyword };
}
