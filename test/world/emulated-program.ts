import type { StandIn } from '../../src/sim/autokitteh/stand-in.js';

/** What test/server/programs/main.star does, for a stand-in. Its on_event functions are what a stand-in does anyway. */
export function emulateProgram(standIn: StandIn): void {
  standIn.emulate('main.star:on_start_waiting', async (session) => {
    const subscription = session.subscribe('sl', 'event_type == "slash_command" && data.text == "yes"');
    session.print('waiting');
    const event = await session.nextEvent(subscription, 20_000);
    session.print(JSON.stringify({ event_type: event?.eventType, data: event?.data }));
  });
}
