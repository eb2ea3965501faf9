import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { createCredentials } from '../autokitteh/credentials.js';
import { createUnaryCaller, refusal } from '../autokitteh/rpc.js';
import type { Config } from '../config.js';
import { deadline } from '../core/cancellation.js';
import { systemClock } from '../core/clock.js';
import { DIRECT } from '../core/outbound.js';
import { ConnectionsService } from '../gen/autokitteh/connections/v1/connections_pb.js';
import { IntegrationsService } from '../gen/autokitteh/integrations/v1/integrations_pb.js';
import { ProjectsService } from '../gen/autokitteh/projects/v1/projects_pb.js';
import { SessionsService } from '../gen/autokitteh/sessions/v1/sessions_pb.js';
import { VarsService } from '../gen/autokitteh/vars/v1/vars_pb.js';
import { outboundTo } from '../server-line.js';

/**
 * What is done at the author's server around the program: the connection and the variables that are made and removed, and
 * what sessions printed. Every method rejects with a PluginError.
 */
export interface AuthorServer {
  /** How the server describes its integration `slack`. */
  descriptionOfSlack(): Promise<string>;
  /** The ids of the projects with this name: of every organisation with the system's rights. */
  projectsNamed(name: string): Promise<string[]>;
  /** Creates a Slack connection in a project; resolves with its id. */
  createConnection(name: string, projectId: string, integrationId: string): Promise<string>;
  /** Rejects where the server refuses it, for instance because the connection has triggers. */
  deleteConnection(connectionId: string): Promise<void>;
  projectVariable(projectId: string, name: string): Promise<string | undefined>;
  setProjectVariable(projectId: string, name: string, value: string): Promise<void>;
  deleteProjectVariable(projectId: string, name: string): Promise<void>;
  /** What a session printed, oldest first, without the first `skip` of them; at most a hundred. */
  prints(sessionId: string, skip: number): Promise<string[]>;
  /** Why a session failed, in the server's words; empty for another one. */
  failureOf(sessionId: string): Promise<string>;
  close(): Promise<void>;
}

const CALL_MS = 15_000;
// AutoKitteh: a page has ten unless it is said otherwise, and never more than this.
const MOST_PRINTS = 100;

/** Makes the line to the server with the program's credentials; nothing is sent before the first call. */
export function openAuthorServer(config: Config): AuthorServer {
  const caller = createUnaryCaller(config.autokittehUrl, outboundTo(config) ?? DIRECT);
  const credentials = createCredentials(config.autokittehCredentials, systemClock);
  async function call<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
  ): Promise<MessageShape<O>> {
    const limit = deadline(systemClock, CALL_MS, 'the reply of AutoKitteh');
    try {
      const token = await credentials.token();
      const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
      return await caller.call(method, request, { headers, signal: limit.signal, timeoutMs: CALL_MS });
    } catch (error) {
      throw refusal(error);
    } finally {
      limit.cleanup();
    }
  }
  return {
    async descriptionOfSlack() {
      return (await call(IntegrationsService.method.get, { name: 'slack' })).integration?.description ?? '';
    },
    async projectsNamed(name) {
      const { projects } = await call(ProjectsService.method.list, {});
      return projects.filter((project) => project.name === name).map(({ projectId }) => projectId);
    },
    async createConnection(name, projectId, integrationId) {
      const connection = { name, projectId, integrationId };
      return (await call(ConnectionsService.method.create, { connection })).connectionId;
    },
    async deleteConnection(connectionId) {
      await call(ConnectionsService.method.delete, { connectionId });
    },
    async projectVariable(scopeId, name) {
      return (await call(VarsService.method.get, { scopeId, names: [name] })).vars[0]?.value;
    },
    async setProjectVariable(scopeId, name, value) {
      await call(VarsService.method.set, { vars: [{ scopeId, name, value, isSecret: false }] });
    },
    async deleteProjectVariable(scopeId, name) {
      await call(VarsService.method.delete, { scopeId, names: [name] });
    },
    async prints(sessionId, skip) {
      const request = { sessionId, ascending: true, skip, pageSize: MOST_PRINTS };
      const { prints } = await call(SessionsService.method.getPrints, request);
      return prints.map(({ v }) => textOf(v?.string?.v, v));
    },
    async failureOf(sessionId) {
      const { records } = await call(SessionsService.method.getLog, { sessionId });
      const failures = records.map(({ state }) => state?.error?.error?.value?.string?.v ?? '');
      return failures.find((words) => words !== '') ?? '';
    },
    close: () => caller.close(),
  };
}

function textOf(text: string | undefined, value: unknown): string {
  return text ?? JSON.stringify(value);
}
