import { Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { Connections } from '../../../src/http/connections.js';

const WHOLE = { complete: true };

function socketFrom(address: string): Socket {
  const socket = new Socket();
  Object.defineProperty(socket, 'remoteAddress', { value: address });
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** A port with four places, and what takes one of them; it stays busy if it is being answered. */
function port() {
  let refused = 0;
  const connections = new Connections(4, () => (refused += 1));
  const open = (address: string, busy = true): Socket => {
    const socket = socketFrom(address);
    connections.add(socket);
    if (busy && !socket.destroyed) connections.inTurn(socket, WHOLE, () => undefined);
    return socket;
  };
  return { open, refused: () => refused };
}

it('An address that holds more than half of the places gives one up for another address, even one that is being answered', () => {
  const { open, refused } = port();
  const other = open('10.0.0.2', false);
  const crowd = [open('10.0.0.1'), open('10.0.0.1'), open('::ffff:10.0.0.1')];
  const newcomer = open('10.0.0.3');
  expect(newcomer.destroyed).toBe(false);
  expect(crowd.map(({ destroyed }) => destroyed)).toEqual([true, false, false]);
  expect([other.destroyed, refused()]).toEqual([false, 1]);
});

it('An address that holds more than half of the places gives up what waits first', () => {
  const { open } = port();
  const crowd = [open('10.0.0.1'), open('10.0.0.1', false), open('10.0.0.1')];
  const other = open('10.0.0.2', false);
  expect(open('10.0.0.1').destroyed).toBe(false);
  expect([...crowd, other].map(({ destroyed }) => destroyed)).toEqual([false, true, false, false]);
});

it('An address that holds more than half of the places, all being answered, gets no more', () => {
  const { open } = port();
  const other = open('10.0.0.2', false);
  const crowd = [open('10.0.0.1'), open('10.0.0.1'), open('10.0.0.1')];
  expect(open('10.0.0.1').destroyed).toBe(true);
  expect([...crowd, other].map(({ destroyed }) => destroyed)).toEqual([false, false, false, false]);
});

it('Clients of one address, as behind a proxy, share all places: none is shut out while one waits', () => {
  const { open } = port();
  const all = [open('10.0.0.1'), open('10.0.0.1', false), open('10.0.0.1'), open('10.0.0.1', false)];
  expect(open('10.0.0.1').destroyed).toBe(false);
  expect(all.map(({ destroyed }) => destroyed)).toEqual([false, true, false, false]);
});

it('The addresses of one network of IPv6 count as one', () => {
  const { open } = port();
  const other = open('2001:db8:0:2::1');
  const crowd = [open('2001:db8:0:1::1'), open('2001:db8::1:0:0:0:2'), open('2001:db8:0:1:ff::')];
  expect(open('2001:db8:0:3::1').destroyed).toBe(false);
  expect([...crowd, other].map(({ destroyed }) => destroyed)).toEqual([true, false, false, false]);
});
