import { Status_Code } from '../../src/gen/autokitteh/common/v1/common_pb.js';
import { startListServer } from './look-list-server.js';

// In a process of its own, so that answering is not counted as the work of a look. It is told how many connections it has, and
// then each time that one of them is to be described otherwise.

/** So many connections share one app. */
const SHARING = 10;

if (process.send !== undefined) {
  process.once('disconnect', () => process.exit(0));
  process.once('message', (connections: number) => {
    const tokensOf = (index: number) => {
      const app = `A${Math.floor(index / SHARING)}`;
      return { botToken: `xoxb-${app}-${index}`, appToken: `xapp-1-${app}-1-x` };
    };
    void startListServer({ connections, active: connections, tokensOf }).then(({ url, describe }) => {
      process.send?.(url);
      process.on('message', (index: number) =>
        describe(index, { code: Status_Code.WARNING, message: `changed by somebody, ${index}` }),
      );
    });
  });
}
