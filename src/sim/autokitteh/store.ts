import { DEFAULT_ORG_ID, DEFAULT_USER_ID } from './ids.js';
import type { Status } from '../../gen/autokitteh/common/v1/common_pb.js';
import { DeploymentState } from '../../gen/autokitteh/deployments/v1/deployments_pb.js';
import type { SessionStateType } from '../../gen/autokitteh/sessions/v1/sessions_pb.js';
import type { Trigger } from '../../gen/autokitteh/triggers/v1/triggers_pb.js';
import { UserStatus } from '../../gen/autokitteh/users/v1/users_pb.js';
import type { Value } from '../../gen/autokitteh/values/v1/values_pb.js';

export interface UserRow {
  readonly userId: string;
  email: string;
  displayName: string;
  defaultOrgId: string;
  status: UserStatus;
}

export interface OrgRow {
  readonly orgId: string;
  name: string;
  displayName: string;
  readonly memberIds: Set<string>;
}

export interface ProjectRow {
  readonly projectId: string;
  readonly orgId: string;
  name: string;
  displayName: string;
  resources: Record<string, Uint8Array>;
}

/** Exactly one of projectId and orgId is not empty on the wire; here the organisation is always known. */
export interface ConnectionRow {
  readonly connectionId: string;
  readonly integrationId: string;
  readonly projectId: string;
  readonly orgId: string;
  name: string;
  status: Status;
}

export interface VarRow {
  readonly scopeId: string;
  readonly name: string;
  value: string;
  isSecret: boolean;
  description: string;
}

export interface DeploymentRow {
  readonly deploymentId: string;
  readonly projectId: string;
  readonly buildId: string;
  readonly createdAt: number;
  updatedAt: number;
  state: DeploymentState;
}

/** A stored event; `destinationId` is what it was sent to, of an organisation's connection the trigger. */
export interface EventRow {
  readonly eventId: string;
  readonly seq: number;
  readonly destinationId: string;
  readonly connectionId: string;
  readonly integrationId: string;
  readonly projectId: string;
  readonly orgId: string;
  readonly eventType: string;
  readonly data: Readonly<Record<string, Value>>;
  readonly memo: Readonly<Record<string, string>>;
  createdAt: number;
}

export interface SessionRow {
  readonly sessionId: string;
  readonly projectId: string;
  readonly deploymentId: string;
  readonly buildId: string;
  readonly eventId: string;
  readonly entrypoint: { readonly path: string; readonly name: string };
  readonly inputs: Readonly<Record<string, Value>>;
  readonly memo: Readonly<Record<string, string>>;
  readonly isDurable: boolean;
  readonly createdAt: number;
  readonly prints: { readonly text: string; readonly at: number }[];
  state: SessionStateType;
  error: string;
}

/** An event whose processing a real server would retry for ever, and why. */
export interface WedgedRow {
  readonly eventId: string;
  readonly reason: string;
}

/** One HTTP request that reached the stand-in. `user` is empty where nobody was let in. */
export interface RequestRow {
  readonly method: string;
  readonly path: string;
  user: string;
}

/** A call about variables or connections, such as `VarsService.Get`, and the ids that it named. */
interface AskedRow {
  readonly method: string;
  readonly ids: readonly string[];
}

/** All that the stand-in has and got, in memory. Tests read it, and make what is in it older; only the stand-in writes it otherwise. */
export class Store {
  readonly users = new Map<string, UserRow>();
  readonly orgs = new Map<string, OrgRow>();
  readonly projects = new Map<string, ProjectRow>();
  readonly builds = new Map<string, { readonly projectId: string }>();
  readonly connections = new Map<string, ConnectionRow>();
  /** By scope id, then by name, in the order of their first setting. */
  readonly vars = new Map<string, Map<string, VarRow>>();
  readonly triggers = new Map<string, Trigger>();
  readonly deployments = new Map<string, DeploymentRow>();
  readonly events: EventRow[] = [];
  readonly sessions = new Map<string, SessionRow>();
  readonly wedged: WedgedRow[] = [];
  readonly requests: RequestRow[] = [];
  readonly asked: AskedRow[] = [];

  constructor() {
    this.users.set(DEFAULT_USER_ID, {
      userId: DEFAULT_USER_ID,
      email: '',
      displayName: 'Default User',
      defaultOrgId: DEFAULT_ORG_ID,
      status: UserStatus.ACTIVE,
    });
    this.orgs.set(DEFAULT_ORG_ID, {
      orgId: DEFAULT_ORG_ID,
      name: 'default',
      displayName: 'Default Org',
      memberIds: new Set([DEFAULT_USER_ID]),
    });
  }

  /** The organisation that owns a project, connection or trigger; undefined for an unknown one. */
  orgOf(id: string): string | undefined {
    const trigger = this.triggers.get(id);
    return this.projects.get(trigger?.projectId ?? id)?.orgId ?? this.connections.get(id)?.orgId;
  }

  activeDeployments(projectId: string): DeploymentRow[] {
    return [...this.deployments.values()].filter(
      (row) => row.projectId === projectId && row.state === DeploymentState.ACTIVE,
    );
  }
}
