import { Channel } from '../core/channel.js';

/** How the processes that serve the same connections divide what is asked of AutoKitteh and Slack. */
export interface Division {
  /** Whether this process asks AutoKitteh, unasked, which connections there are. The others do so when it tells them. */
  looks(): boolean;
  /** Whether this process asks about the tokens of the app: it has sockets of it, or is one of those that are to have some. */
  asksAbout(appId: string): boolean;
  /** Emits when the processes are others than before, or are not known any more. */
  readonly membersChanged: Channel<undefined>;
  /** Resolves when it is known here which sockets the other processes had at this call; undefined where there never are others. */
  look(): Promise<void> | undefined;
}

/** For a process that serves its connections alone. */
export function askingAlone(): Division {
  return { looks: () => true, asksAbout: () => true, membersChanged: new Channel(), look: () => undefined };
}
